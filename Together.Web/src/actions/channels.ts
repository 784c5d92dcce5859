import { answer, api } from '@/api/client';
import type { ChannelPlace } from '@/channels/order';
import type { Channel, Overwrite } from '@/contracts';
import type { Id } from '@/state/state';
import { dispatch, store } from '@/state/store';

export interface NewChannel {
  type: 'text' | 'voice' | 'category';
  name: string;
  topic?: string | null;
  category_id?: Id | null;
  permission_overwrites?: Overwrite[];
}

export type ChannelChange = Partial<Pick<Channel, 'name' | 'topic' | 'category_id' | 'slow_mode_seconds'>>;

// These throw ApiError.

export async function createChannel(serverId: Id, body: NewChannel): Promise<Channel> {
  const channel = await answer(api.POST('/api/servers/{id}/channels', { params: { path: { id: serverId } }, body }));
  dispatch({ type: 'channels', channels: [channel] });
  return channel;
}

export async function changeChannel(channelId: Id, change: ChannelChange): Promise<void> {
  const channel = await answer(api.PATCH('/api/channels/{id}', { params: { path: { id: channelId } }, body: change }));
  dispatch({ type: 'channels', channels: [channel] });
}

/** Of a conversation of two: takes it out of one's own list. Of a group: leaves it. */
export async function deleteChannel(channelId: Id): Promise<void> {
  await answer(api.DELETE('/api/channels/{id}', { params: { path: { id: channelId } } }));
}

/** What a role or member is given and denied in a channel; nothing of either takes the entry away. */
export async function setOverwrite(channelId: Id, { id, type, allow, deny }: Overwrite): Promise<void> {
  const params = { path: { id: channelId, targetId: id } };
  const isEmpty = BigInt(allow) === 0n && BigInt(deny) === 0n;
  const isThere = store.getState().channels[channelId]?.permission_overwrites.some((overwrite) => overwrite.id === id);
  if (isEmpty && !isThere) return;
  await answer(
    isEmpty
      ? api.DELETE('/api/channels/{id}/permissions/{targetId}', { params })
      : api.PUT('/api/channels/{id}/permissions/{targetId}', { params, body: { type, allow, deny } }),
  );
}

/** Shown at once, and taken back if the host says no. */
export async function placeChannels(serverId: Id, places: readonly ChannelPlace[]): Promise<void> {
  const { channels } = store.getState();
  const before = places.flatMap(({ id }) => channels[id] ?? []);
  const after = places.flatMap((place) => {
    const channel = channels[place.id];
    return channel ? [{ ...channel, position: place.position, category_id: place.category_id }] : [];
  });
  dispatch({ type: 'channels', channels: after });
  try {
    await answer(api.PATCH('/api/servers/{id}/channels', { params: { path: { id: serverId } }, body: [...places] }));
  } catch (error) {
    const now = store.getState().channels;
    dispatch({
      type: 'channels',
      channels: before.flatMap((was) => {
        const channel = now[was.id];
        return channel ? [{ ...channel, position: was.position, category_id: was.category_id }] : [];
      }),
    });
    throw error;
  }
}

export async function addRecipient(channelId: Id, userId: Id): Promise<void> {
  await answer(api.PUT('/api/channels/{id}/recipients/{userId}', { params: { path: { id: channelId, userId } } }));
}

export async function removeRecipient(channelId: Id, userId: Id): Promise<void> {
  await answer(api.DELETE('/api/channels/{id}/recipients/{userId}', { params: { path: { id: channelId, userId } } }));
}
