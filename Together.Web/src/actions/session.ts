import { answer, api } from '@/api/client';
import { problemOf } from '@/api/problem';
import { begin, currentUser, end, listen } from '@/api/session';
import type { CurrentUser } from '@/contracts';
import { connect, disconnect } from '@/gateway/connection';
import { dispatch, store } from '@/state/store';
import { forget, keepFromNowOn, keepNow, kept } from './kept';
import { followTheme } from './settings';

const betweenTries = 3000;

/** Finds out where one stands: what instance this is, and whether one is logged in. Tries until the host answers. */
export async function start(): Promise<void> {
  listen({
    signedIn(user) {
      const { session, me } = store.getState();
      if (session === 'signed_out') enter(user);
      // The cookie is somebody else's now: nothing of the former may stay.
      else if (me && me.id !== user.id) location.reload();
    },
    signedOut: leave,
  });
  keepFromNowOn();
  followTheme();
  setInterval(() => dispatch({ type: 'typing_ended', now: performance.now() }), 1000);
  for (;;) {
    try {
      const [instance, user] = await Promise.all([answer(api.GET('/api/instance')), currentUser()]);
      dispatch({ type: 'instance', instance });
      if (user) enter(user);
      else dispatch({ type: 'signed_out', because: null });
      return;
    } catch (error) {
      if (problemOf(error).code !== 'aborted') dispatch({ type: 'session', phase: 'unreachable' });
      await new Promise((resolve) => setTimeout(resolve, betweenTries));
    }
  }
}

/** Throws ApiError. */
export async function logIn(username: string, password: string): Promise<void> {
  const session = await answer(api.POST('/api/auth/login', { body: { username, password } }));
  begin(session);
  enter(session.user);
}

export interface Registration {
  username: string;
  password: string;
  email?: string;
  invite?: string;
  setup_code?: string;
}

/** Throws ApiError. */
export async function register(registration: Registration): Promise<void> {
  const session = await answer(api.POST('/api/auth/register', { body: registration }));
  begin(session);
  enter(session.user);
  // The first account changes what the instance says of itself.
  dispatch({ type: 'instance', instance: await answer(api.GET('/api/instance')) });
}

/** Ends the session here and at the host. Throws ApiError when the host cannot be told. */
export async function logOut(): Promise<void> {
  await answer(api.POST('/api/auth/logout'));
  const { me } = store.getState();
  if (me) forget(me.id);
  end(null);
}

function enter(me: CurrentUser): void {
  const { drafts, outbox } = kept(me.id);
  dispatch({ type: 'signed_in', me, drafts, outbox });
  connect(() => {
    leave('revoked');
    end(null);
  });
}

function leave(because: 'expired' | 'revoked' | null): void {
  // Whoever logged out leaves nothing behind; everybody else comes back to what they were writing.
  if (because) keepNow();
  disconnect();
  if (store.getState().session === 'signed_in') dispatch({ type: 'signed_out', because });
}
