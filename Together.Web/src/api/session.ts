// The access token lives in this module's memory alone; what renews it is in a cookie that no script can read.
// Tabs of one browser share that cookie: one of them renews at a time, and tells the others.
import type { AuthAnswer, CurrentUser } from '@/contracts';
import { ApiError, problemFrom, problemOf } from './problem';

export const clientHeader = { 'X-Together-Client': 'web' };

interface Access {
  token: string;
  /** In milliseconds of performance.now(): a wrong clock changes nothing. */
  expires: number;
  user: CurrentUser;
}

type TabMessage = { type: 'access'; answer: AuthAnswer } | { type: 'signed_out' };

/** A token is renewed this long before it ends, in milliseconds. */
const margin = 60_000;
const lockName = 'together.refresh';

let access: Access | null = null;
let refreshing: Promise<void> | null = null;
let listener: SessionListener = { signedIn: () => {}, signedOut: () => {} };

export interface SessionListener {
  /** Another tab has logged in. */
  signedIn(user: CurrentUser): void;
  signedOut(because: 'expired' | null): void;
}

const tabs = typeof BroadcastChannel === 'undefined' ? null : new BroadcastChannel('together.session');
tabs?.addEventListener('message', ({ data }: MessageEvent<TabMessage>) => {
  if (data.type === 'access') {
    keep(data.answer);
    listener.signedIn(data.answer.user);
  } else end(null, false);
});

export function listen(to: SessionListener): void {
  listener = to;
}

/** Takes over what register, login or refresh answered. */
export function begin(answer: AuthAnswer): void {
  keep(answer);
  tabs?.postMessage({ type: 'access', answer } satisfies TabMessage);
}

/** Forgets the token, in all tabs. */
export function end(because: 'expired' | null, tellOthers = true): void {
  access = null;
  remember(false);
  if (tellOthers) tabs?.postMessage({ type: 'signed_out' } satisfies TabMessage);
  listener.signedOut(because);
}

/** Who is logged in, by the cookie; null for nobody. Throws {@link ApiError} when the host cannot be asked. */
export async function currentUser(): Promise<CurrentUser | null> {
  if (!access && mayBeLoggedIn()) await refresh(null);
  return access?.user ?? null;
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
export function refresh(rejected: string | null): Promise<void> {
  refreshing ??= exclusively(async () => {
    if (!access || access.token === rejected) await renew();
  }).finally(() => {
    refreshing = null;
  });
  return refreshing;
}

async function renew(): Promise<void> {
  let response: Response;
  try {
    response = await fetch('/api/auth/refresh', { method: 'POST', headers: { ...clientHeader, 'Content-Type': 'application/json' }, body: '{}' });
  } catch (error) {
    throw new ApiError(problemOf(error));
  }
  if (response.ok) {
    begin((await response.json()) as AuthAnswer);
    return;
  }
  if (response.status !== 401) throw new ApiError(await problemFrom(response));
  if (access) end('expired');
  else remember(false);
}

function keep(answer: AuthAnswer): void {
  remember(true);
  access = { token: answer.access_token, expires: performance.now() + answer.expires_in * 1000, user: answer.user };
}

const hint = 'together.loggedIn';

/** Whether there is a cookie, which no script can read: without one there is no need to ask. Not a secret, and not a proof. */
function mayBeLoggedIn(): boolean {
  try {
    return localStorage.getItem(hint) !== null;
  } catch {
    return true;
  }
}

function remember(isLoggedIn: boolean): void {
  try {
    if (isLoggedIn) localStorage.setItem(hint, '1');
    else localStorage.removeItem(hint);
  } catch {
    // Without a storage the host is asked every time.
  }
}

/** Web Locks exist on HTTPS and loopback only. Without them the host's grace for a repeated refresh has to do. */
async function exclusively(work: () => Promise<void>): Promise<void> {
  if (typeof navigator !== 'undefined' && navigator.locks) await navigator.locks.request(lockName, work);
  else await work();
}
