// The access token lives in this module's memory alone; what renews it is in a cookie that no script can read.
// Tabs of one browser share that cookie: one of them renews at a time, and tells the others.
import type { AuthAnswer } from '@/contracts';
import { ApiError, problemFrom, problemOf } from './problem';

export const clientHeader = { 'X-Together-Client': 'web' };

interface Access {
  token: string;
  /** In milliseconds of performance.now(): a wrong clock changes nothing. */
  expires: number;
}

type TabMessage = { type: 'access'; token: string; expiresIn: number } | { type: 'signed_out' };

/** A token is renewed this long before it ends, in milliseconds. */
const margin = 60_000;
const lockName = 'together.refresh';

let access: Access | null = null;
let refreshing: Promise<AuthAnswer | null> | null = null;
let onSignedOut: (because: 'expired' | null) => void = () => {};

const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('together.session');
tabs?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
  if (data.type === 'access') keep(data.token, data.expiresIn);
  else end(null, false);
});

export function whenSignedOut(listener: (because: 'expired' | null) => void): void {
  onSignedOut = listener;
}

/** Takes over what register, login or refresh answered. */
export function begin(answer: AuthAnswer): void {
  keep(answer.access_token, answer.expires_in);
  tabs?.postMessage({ type: 'access', token: answer.access_token, expiresIn: answer.expires_in } satisfies TabMessage);
}

/** Forgets the token, in all tabs. */
export function end(because: 'expired' | null, tellOthers = true): void {
  access = null;
  if (tellOthers) tabs?.postMessage({ type: 'signed_out' } satisfies TabMessage);
  onSignedOut(because);
}

/** A token that is good for a while; null when one has to log in. Throws {@link ApiError} when the host cannot be asked. */
export async function accessToken(): Promise<string | null> {
  if (access && access.expires - performance.now() > margin) return access.token;
  await refresh(access?.token ?? null);
  return access?.token ?? null;
}

/**
 * Renews the token, unless another tab just did.
 * @param rejected the token that was refused; null when there is none
 */
export function refresh(rejected: string | null): Promise<AuthAnswer | null> {
  refreshing ??= exclusively(() => (access && access.token !== rejected ? Promise.resolve(null) : renew())).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function renew(): Promise<AuthAnswer | null> {
  let response: Response;
  try {
    response = await fetch('/api/auth/refresh', { method: 'POST', headers: { ...clientHeader, 'Content-Type': 'application/json' }, body: '{}' });
  } catch (error) {
    throw new ApiError(problemOf(error));
  }
  if (response.ok) {
    const answer = (await response.json()) as AuthAnswer;
    begin(answer);
    return answer;
  }
  if (response.status !== 401) throw new ApiError(await problemFrom(response));
  const had = access !== null;
  if (had) end('expired');
  return null;
}

function keep(token: string, expiresIn: number): void {
  access = { token, expires: performance.now() + expiresIn * 1000 };
}

/** Web Locks exist on HTTPS and loopback only. Without them the host's grace for a repeated refresh has to do. */
function exclusively<T>(work: () => Promise<T>): Promise<T> {
  return typeof navigator !== 'undefined' && navigator.locks ? navigator.locks.request(lockName, work) : work();
}
