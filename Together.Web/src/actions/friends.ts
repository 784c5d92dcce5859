import { answer, api } from '@/api/client';
import type { Channel, Relationship } from '@/contracts';
import type { Id } from '@/state/state';
import { dispatch } from '@/state/store';

// These throw ApiError.

/** Asks somebody for friendship by username. Who has asked already is a friend at once: the answer tells. */
export function askByName(username: string): Promise<Relationship> {
  return answer(api.POST('/api/users/@me/relationships', { body: { username } }));
}

/** @param userIds 2 to 9 others */
export async function createGroup(userIds: readonly Id[]): Promise<Channel> {
  const channel = await answer(api.POST('/api/users/@me/channels', { body: { recipient_ids: [...userIds] } }));
  dispatch({ type: 'channels', channels: [channel] });
  return channel;
}
