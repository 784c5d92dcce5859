import { answer, api } from '@/api/client';
import { problemOf } from '@/api/problem';
import { end } from '@/api/session';
import { sendFile, type Transfer } from '@/api/upload';
import type { CurrentUser, Instance, Session, UserSettings } from '@/contracts';
import { defaultSettings, type Id } from '@/state/state';
import { dispatch, store } from '@/state/store';
import { getAppearance, setAppearance } from '@/theme/appearance';
import { forget } from './kept';

// These throw ApiError, but where it says otherwise.

export async function changeProfile(change: Partial<Pick<CurrentUser, 'display_name' | 'about' | 'email'>>): Promise<void> {
  dispatch({ type: 'profile', me: await answer(api.PATCH('/api/users/@me', { body: change })) });
}

export async function uploadAvatar(picture: Blob, transfer: Transfer): Promise<void> {
  await sendFile('PUT', '/api/users/@me/avatar', picture, transfer);
}

export async function removeAvatar(): Promise<void> {
  await answer(api.DELETE('/api/users/@me/avatar'));
}

/** All other sessions end with it. */
export async function changePassword(current: string, next: string): Promise<void> {
  await answer(api.POST('/api/auth/password', { body: { current_password: current, new_password: next } }));
}

export function fetchSessions(signal: AbortSignal): Promise<Session[]> {
  return answer(api.GET('/api/auth/sessions', { signal }));
}

export async function endSession(id: Id): Promise<void> {
  await answer(api.DELETE('/api/auth/sessions/{id}', { params: { path: { id } } }));
}

/** Ends all sessions, this one too. */
export async function logOutEverywhere(): Promise<void> {
  await answer(api.DELETE('/api/auth/sessions'));
  const { me } = store.getState();
  if (me) forget(me.id);
  end(null);
}

/** Shown at once and on all devices; taken back if the host says no. */
export async function setTheme(theme: UserSettings['theme']): Promise<void> {
  const before = getAppearance().theme;
  setAppearance({ theme });
  try {
    dispatch({ type: 'settings', settings: await answer(api.PATCH('/api/users/@me/settings', { body: { theme } })) });
  } catch (error) {
    setAppearance({ theme: before });
    throw error;
  }
}

/** From now on the theme of the account is the theme of this device. */
export function followTheme(): void {
  store.subscribe(({ settings }, before) => {
    if (settings !== before.settings && settings !== defaultSettings && settings.theme !== getAppearance().theme)
      setAppearance({ theme: settings.theme });
  });
}

/** Whether one may change the instance. A change of nothing: the host tells it no other way. */
export async function runsInstance(): Promise<boolean> {
  try {
    dispatch({ type: 'instance', instance: await answer(api.PATCH('/api/instance', { body: {} })) });
    return true;
  } catch (error) {
    if (problemOf(error).status === 403) return false;
    throw error;
  }
}

export async function changeInstance(change: Partial<Pick<Instance, 'name' | 'registration'>>): Promise<void> {
  dispatch({ type: 'instance', instance: await answer(api.PATCH('/api/instance', { body: change })) });
}
