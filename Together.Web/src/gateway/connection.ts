import { accessToken, refresh } from '@/api/session';
import type { ClientFrame, Dispatch, HostFrame } from '@/contracts';
import type { Action } from '@/state/action';
import { dispatch, store } from '@/state/store';
import { type Effect, type GatewayEvent, idle, type Machine, step } from './machine';

/** A heartbeat, or a new socket, that is not answered within this time, in milliseconds: the connection is dead. */
const answerWithin = 10_000;

/** READY of many servers takes a while on a slow line. In milliseconds. */
const readyWithin = 45_000;

/** Frames that come within this time, in milliseconds, are one change of the state: a frame of the screen at 60 Hz. */
const together = 16;

let machine: Machine = idle;
let socket: WebSocket | null = null;
let retry: ReturnType<typeof setTimeout> | undefined;
let ticker: Worker | null = null;
let overdue: ReturnType<typeof setTimeout> | undefined;
let flushing: ReturnType<typeof setTimeout> | undefined;
let queue: Action[] = [];
let lastFlush = 0;
let onRevoked: () => void = () => {};
const readyListeners = new Set<() => void>();
const dispatchListeners = new Set<(event: Dispatch) => void>();

/** The frames of the newest position, as they came: RESUME may repeat them. */
let latest: { seq: number; frames: Set<string> } = { seq: 0, frames: new Set() };

export function connect(whenRevoked: () => void): void {
  onRevoked = whenRevoked;
  feed({ type: 'start' });
}

export function disconnect(): void {
  feed({ type: 'stop' });
}

/** Tries at once: ends a wait between two attempts, and does not take the browser's word for being offline. */
export function retryNow(): void {
  feed(machine.phase === 'offline' ? { type: 'network', isThere: true } : { type: 'wake' });
}

/** Sends a frame if the session is up; false if not. */
export function sendFrame(frame: ClientFrame): boolean {
  if (machine.phase !== 'ready' || socket?.readyState !== WebSocket.OPEN) return false;
  socket.send(JSON.stringify(frame));
  return true;
}

/** Calls back with each event, once the state shows it. */
export function whenDispatched(listener: (event: Dispatch) => void): () => void {
  dispatchListeners.add(listener);
  return () => dispatchListeners.delete(listener);
}

/** Calls back whenever the session is up again. */
export function whenReady(listener: () => void): () => void {
  readyListeners.add(listener);
  return () => readyListeners.delete(listener);
}

if (typeof window !== 'undefined') {
  window.addEventListener('online', () => feed({ type: 'network', isThere: true }));
  window.addEventListener('offline', () => feed({ type: 'network', isThere: false }));
  document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && feed({ type: 'wake' }));
}

function feed(event: GatewayEvent): void {
  const before = machine;
  const [after, effects] = step(machine, event, Math.random());
  machine = after;
  if (before.phase !== after.phase || before.attempt !== after.attempt) {
    const { wasReady } = store.getState().connection;
    push({ type: 'connection', connection: { phase: after.phase, attempt: after.attempt, wasReady: wasReady || after.phase === 'ready' } });
    if (after.phase !== 'ready') flush();
  }
  if (after.interval !== before.interval) beatEvery(after.interval);
  for (const effect of effects) run(effect);
  if (before.phase !== 'ready' && after.phase === 'ready') {
    clearTimeout(overdue);
    flush();
    for (const listener of readyListeners) listener();
  }
}

function run(effect: Effect): void {
  switch (effect.type) {
    case 'open':
      clearTimeout(retry);
      open(effect.renewToken);
      return;
    case 'identify':
      void greet((token) => ({ op: 'IDENTIFY', d: { token } }) as ClientFrame);
      return;
    case 'resume':
      void greet((token) => ({ op: 'RESUME', d: { token, session_id: effect.resumable.sessionId, seq: effect.resumable.seq } }) as ClientFrame);
      return;
    case 'heartbeat':
      write({ op: 'HEARTBEAT', d: effect.seq } as ClientFrame);
      expect(answerWithin);
      return;
    case 'close':
      clearTimeout(retry);
      hangUp();
      return;
    case 'wait':
      clearTimeout(retry);
      retry = setTimeout(() => feed({ type: 'timer' }), effect.delay);
      return;
    case 'revoked':
      hangUp();
      onRevoked();
      return;
  }
}

function open(renewToken: boolean): void {
  hangUp();
  expect(answerWithin);
  const mine = new WebSocket(`${location.protocol === 'https:' ? 'wss' : 'ws'}://${location.host}/gateway`);
  socket = mine;
  mustRenew = renewToken;
  mine.onmessage = ({ data }) => {
    if (socket === mine) receive(data as string);
  };
  mine.onclose = ({ code }) => {
    if (socket !== mine) return;
    socket = null;
    flush();
    feed({ type: 'closed', code });
  };
}

let mustRenew = false;

/** The token goes in the first frame: a URL would end up in logs. */
async function greet(frame: (token: string) => ClientFrame): Promise<void> {
  const mine = socket;
  try {
    if (mustRenew) await refresh(await accessToken());
    mustRenew = false;
    const token = await accessToken();
    if (socket !== mine) return;
    if (token) write(frame(token));
    else feed({ type: 'no_token', because: 'signed_out' });
  } catch {
    if (socket === mine) feed({ type: 'no_token', because: 'unreachable' });
  }
}

function hangUp(): void {
  const old = socket;
  socket = null;
  clearTimeout(overdue);
  beatEvery(0);
  flush();
  old?.close(1000);
}

/** An answer has to come within this time, in milliseconds. */
function expect(within: number): void {
  clearTimeout(overdue);
  overdue = setTimeout(() => feed({ type: 'overdue' }), within);
}

function write(frame: ClientFrame): void {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(frame));
}

function beatEvery(interval: number): void {
  if (!ticker && interval === 0) return;
  if (!ticker) {
    ticker = new Worker(new URL('./ticker.ts', import.meta.url), { type: 'module' });
    ticker.onmessage = () => feed({ type: 'heartbeat_due' });
  }
  ticker.postMessage(interval);
}

function receive(data: string): void {
  const frame = JSON.parse(data) as HostFrame;
  switch (frame.op) {
    case 'HELLO':
      expect(readyWithin);
      feed({ type: 'hello', interval: frame.d.heartbeat_interval });
      return;
    case 'HEARTBEAT_ACK':
      clearTimeout(overdue);
      feed({ type: 'ack', seq: frame.d.s });
      return;
    case 'INVALID_SESSION':
      feed({ type: 'invalid_session' });
      return;
    case 'DISPATCH':
      if (!isRepeated(frame, data)) dispatched(frame);
      return;
    default:
      // RECONNECT: the host closes the socket next.
      return;
  }
}

function isRepeated(frame: Dispatch, data: string): boolean {
  const seq = frame.s ?? 0;
  if (seq !== latest.seq) latest = { seq, frames: new Set() };
  if (machine.phase === 'resuming' && latest.frames.has(data)) return true;
  // While a session is up only a RESUME can repeat; what is kept is bounded by what one change sends.
  if (latest.frames.size < 1000) latest.frames.add(data);
  return false;
}

function dispatched(frame: Dispatch): void {
  push({ type: 'dispatch', event: frame, now: performance.now() });
  if (frame.t === 'READY') feed({ type: 'ready', sessionId: frame.d.session_id, seq: frame.s ?? 0 });
  else if (frame.t === 'RESUMED') feed({ type: 'resumed' });
  else if (typeof frame.s === 'number' && frame.s !== machine.resumable?.seq) machine = step(machine, { type: 'position', seq: frame.s }, 0)[0];
}

/** What is told at once is drawn at once; a flood is drawn once per frame. */
function push(action: Action): void {
  queue.push(action);
  if (flushing !== undefined) return;
  const wait = lastFlush + together - performance.now();
  if (machine.phase === 'ready' && wait <= 0) flush();
  else flushing = setTimeout(flush, Math.max(0, wait));
}

function flush(): void {
  clearTimeout(flushing);
  flushing = undefined;
  if (queue.length === 0) return;
  const actions = queue;
  queue = [];
  lastFlush = performance.now();
  dispatch(...actions);
  if (dispatchListeners.size === 0) return;
  for (const action of actions) if (action.type === 'dispatch') for (const listener of dispatchListeners) listener(action.event);
}
