export interface ToastOptions {
  title: string;
  body?: string;
  tone?: 'info' | 'success' | 'error';
  /** One way on: Undo, Retry. Pressing it closes the toast. */
  action?: { label: string; onSelect: () => void };
  /** Milliseconds; 0 stays until it is closed. By default 5 s, or 10 s with an action or an error. Time stands still under pointer and focus. */
  duration?: number;
  /** A toast with the id of a shown one takes its place. */
  id?: string;
}

export interface ToastSink {
  show(options: ToastOptions & { id: string }): void;
  close(id: string): void;
}

let sink: ToastSink | null = null;
let early: (ToastOptions & { id: string })[] = [];
let wake: (() => void) | null = null;
let count = 0;

/** Short news that needs no answer; callable from anywhere, read out politely. */
export const toast = {
  /** Answers its id. */
  show(options: ToastOptions): string {
    const toast = { ...options, id: options.id ?? `toast-${++count}` };
    if (sink) sink.show(toast);
    else {
      early = [...early.filter((other) => other.id !== toast.id), toast];
      wake?.();
    }
    return toast.id;
  },
  close(id: string): void {
    early = early.filter((other) => other.id !== id);
    sink?.close(id);
  },
};

/** The region that shows them takes over what came before it. */
export function connectToasts(region: ToastSink): () => void {
  sink = region;
  for (const toast of early.splice(0)) region.show(toast);
  return () => {
    if (sink === region) sink = null;
  };
}

/** Calls back when a toast waits for a region, at once if one does already. */
export function onToastWaiting(callback: () => void): () => void {
  wake = callback;
  if (early.length > 0) callback();
  return () => {
    if (wake === callback) wake = null;
  };
}
