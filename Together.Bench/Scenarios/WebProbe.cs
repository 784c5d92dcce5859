namespace Together.Bench.Scenarios;

/// <summary>
/// What is noted inside the page, by a script that runs before the page's own: long tasks (the longtask API: more than 50 ms), times between
/// frames, rows of messages in the document, layout shifts, messages that came over the gateway, and what the main thread does for a key.
/// </summary>
internal static class WebProbe
{
    public const string Script = """
        (() => {
          const probe = { isWatching: false, isTyping: false, longTasks: [], frames: [], shifts: [], keys: [], rows: 0, messages: 0, marks: {}, scripts: {} };
          window.probe = probe;
          const observe = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type });
          observe('longtask', ({ duration }) => probe.longTasks.push(duration));
          observe('layout-shift', ({ startTime, value, hadRecentInput }) => hadRecentInput || probe.shifts.push([startTime, value]));

          // A task of its own runs when the main thread is done with what it does now.
          const next = (then) => {
            const { port1, port2 } = new MessageChannel();
            port1.onmessage = () => { port1.close(); then(performance.now()); };
            port2.postMessage(0);
          };
          const painted = (then) => requestAnimationFrame(() => next(then));

          const loaded = () => performance.getEntriesByType('resource').map(({ name }) => name);
          const whenSeen = (mark, selector) => {
            const look = () => {
              if (!document.querySelector(selector)) return false;
              painted((now) => { probe.marks[mark] = now; probe.scripts[mark] = loaded(); });
              return true;
            };
            const observer = new MutationObserver(() => look() && observer.disconnect());
            observer.observe(document, { childList: true, subtree: true });
          };
          whenSeen('login', 'input[name="username"]:not(:disabled)');
          whenSeen('messages', '[data-message]');
          document.addEventListener('submit', () => { probe.marks.submit = performance.now(); }, true);

          const Socket = window.WebSocket;
          window.WebSocket = class extends Socket {
            constructor(...args) {
              super(...args);
              this.addEventListener('message', ({ data }) => { if (data.slice(0, 100).includes('"MESSAGE_CREATE"')) probe.messages++; });
            }
          };

          let key = null;
          addEventListener('keydown', (event) => { key = probe.isTyping ? { at: event.timeStamp, begun: performance.now() } : null; }, true);
          addEventListener('input', () => {
            if (!key) return;
            const one = key;
            key = null;
            // The frame may come before or behind the rest of what the key set off.
            const done = () => {
              if (!one.handled || !one.painted) return;
              const apart = one.frame > one.handled ? one.frame - one.handled : 0;
              probe.keys.push([Math.max(one.handled, one.painted) - one.begun - apart, one.painted - one.at]);
            };
            next((now) => { one.handled = now; done(); });
            requestAnimationFrame(() => { one.frame = performance.now(); next((now) => { one.painted = now; done(); }); });
          }, true);

          let last = 0;
          const frame = (now) => {
            if (!probe.isWatching) return;
            if (last) probe.frames.push(now - last);
            last = now;
            probe.rows = Math.max(probe.rows, document.querySelectorAll('article[data-row]').length);
            requestAnimationFrame(frame);
          };
          probe.watch = () => {
            Object.assign(probe, { longTasks: [], frames: [], shifts: [], rows: 0, isWatching: true });
            last = 0;
            requestAnimationFrame(frame);
          };
          // Long tasks are told a moment after they ended.
          probe.seen = async () => {
            await new Promise((resolve) => setTimeout(resolve, 200));
            probe.isWatching = false;
            const { longTasks, frames, shifts, rows } = probe;
            return { longTasks, frames, rows, shift: cls(shifts) };
          };
          // Cumulative layout shift: the worst window of at most 5 s without a second of rest (web.dev, "CLS").
          const cls = (shifts) => {
            let [worst, sum, first, before] = [0, 0, 0, 0];
            for (const [at, value] of shifts) {
              if (at - before > 1000 || at - first > 5000) [sum, first] = [0, at];
              before = at;
              worst = Math.max(worst, (sum += value));
            }
            return worst;
          };
          probe.scroller = () => document.querySelector('[role="feed"]').parentElement;
          probe.top = () => document.querySelector('[data-message]')?.dataset.message;
          probe.settled = () => new Promise((resolve) => ('requestIdleCallback' in window ? requestIdleCallback(resolve) : painted(resolve)));
        })();
        """;

    /// <summary>A picture of a size, as base64 of a JPEG; noisy, so that it is not tiny.</summary>
    public const string Picture = """
        ([width, height]) => {
          const canvas = Object.assign(document.createElement('canvas'), { width, height });
          const context = canvas.getContext('2d');
          for (let x = 0; x < width; x += 8)
            for (let y = 0; y < height; y += 8) {
              context.fillStyle = `hsl(${(x * y) % 360} 60% ${30 + ((x + y) % 40)}%)`;
              context.fillRect(x, y, 8, 8);
            }
          return canvas.toDataURL('image/jpeg', 0.8).split(',')[1];
        }
        """;
}
