import { useSyncExternalStore } from 'react';

/** Screen readers drop what follows too closely; a busy channel must not become a stream of words. */
const pauseMs = 1000;
/** What waited too long is old news. */
const mostWaiting = 4;

let said = '';
let waiting: string[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function say(text: string): void {
  // The same words twice are no change of the region, and would not be read.
  said = text === said ? `${text}\u00a0` : text;
  for (const listener of listeners) listener();
  timer = setTimeout(() => {
    timer = undefined;
    const next = waiting.join('. ');
    waiting = [];
    if (next) say(next);
  }, pauseMs);
}

/** Has screen readers read the text when they next pause, at most once a second; from anywhere. */
export function announce(text: string): void {
  if (timer === undefined) say(text);
  else if (!waiting.includes(text)) waiting = [...waiting, text].slice(-mostWaiting);
}

/** Where `announce` writes; mounted once, by `UiProvider`. */
export function LiveRegion() {
  const text = useSyncExternalStore(subscribe, () => said);
  return (
    <div aria-live="polite" aria-atomic="true" className="visually-hidden">
      {text}
    </div>
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
