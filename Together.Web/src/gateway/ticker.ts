// A worker: browsers slow the timers of hidden pages down to one a minute, which is too slow for heartbeats.
let timer: ReturnType<typeof setInterval> | undefined;

/** The message is the time between ticks in milliseconds; 0 ends them. */
self.onmessage = ({ data }: MessageEvent<number>) => {
  clearInterval(timer);
  timer = data > 0 ? setInterval(() => self.postMessage(null), data) : undefined;
};
