import { answer, api } from '@/api/client';
import { problemOf } from '@/api/problem';
import { begin, end, refresh, whenSignedOut } from '@/api/session';
import type { AuthAnswer } from '@/contracts';
import { connect, disconnect } from '@/gateway/connection';
import { dispatch, store } from '@/state/store';
import { forget, kept, keepFromNowOn } from './kept';

const betweenTries = 3000;

/** Finds out where one stands: what instance this is, and whether one is logged in. Tries until the host answers. */
export async function start(): Promise<void> {
  whenSignedOut((because) => {
    if (store.getState().session === 'signed_in') leave(because);
  });
  keepFromNowOn();
  setInterval(() => dispatch({ type: 'typing_ended', now: performance.now() }), 1000);
  for (;;) {
    try {
      const [instance, session] = await Promise.all([answer(api.GET('/api/instance')), refresh(null)]);
      dispatch({ type: 'instance', instance });
      if (session) enter(session);
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
  enter(session);
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
  enter(session);
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

function enter(session: AuthAnswer): void {
  const { drafts, outbox } = kept(session.user.id);
  dispatch({ type: 'signed_in', me: session.user, drafts, outbox });
  connect(() => {
    end(null);
    leave('revoked');
  });
}

function leave(because: 'expired' | 'revoked' | null): void {
  disconnect();
  if (store.getState().session === 'signed_in') dispatch({ type: 'signed_out', because });
}
