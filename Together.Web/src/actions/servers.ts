import { answer, api } from '@/api/client';
import type { NotificationSetting } from '@/contracts';
import type { Id } from '@/state/state';
import { dispatch, store } from '@/state/store';
import { markRead } from './messages';

/** Marks everything as read that is in a server. */
export function markServerRead(serverId: Id): void {
  for (const channel of Object.values(store.getState().channels)) if (channel.server_id === serverId) markRead(channel.id);
}

// These throw ApiError.

export async function leaveServer(serverId: Id): Promise<void> {
  await answer(api.DELETE('/api/servers/{id}/members/@me', { params: { path: { id: serverId } } }));
}

export async function deleteServer(serverId: Id): Promise<void> {
  await answer(api.DELETE('/api/servers/{id}', { params: { path: { id: serverId } } }));
}

/** Far enough away for "until I turn it on again"; the host wants a time. */
export const forEver = '9999-01-01T00:00:00.000Z';

let changing: Promise<unknown> = Promise.resolve();

/**
 * Changes how loudly a server or channel speaks: shown at once, taken back if the host says no. One after the other: the host takes the whole list.
 * @param change null for no setting of its own
 */
export function setNotification(id: Id, change: Partial<Omit<NotificationSetting, 'id'>> | null): Promise<void> {
  const run = changing.then(async () => {
    const { settings } = store.getState();
    const known = settings.notifications.find((setting) => setting.id === id);
    const level = known?.level ?? levelAbove(id);
    const setting: NotificationSetting = { id, level, muted_until: known?.muted_until ?? null, ...change };
    const others = settings.notifications.filter((one) => one.id !== id);
    const notifications = change ? [...others, setting] : others;
    dispatch({ type: 'settings', settings: { ...settings, notifications } });
    try {
      dispatch({ type: 'settings', settings: await answer(api.PATCH('/api/users/@me/settings', { body: { notifications } })) });
    } catch (error) {
      dispatch({ type: 'settings', settings });
      throw error;
    }
  });
  changing = run.catch(() => {});
  return run;
}

function levelAbove(id: Id): NotificationSetting['level'] {
  const { channels, settings } = store.getState();
  const serverId = channels[id]?.server_id;
  return settings.notifications.find((setting) => setting.id === serverId)?.level ?? 'all';
}
