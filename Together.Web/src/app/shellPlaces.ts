import { inOrder } from '@/channels/order';
import { channelGroups, privateChannels } from '@/state/channels';
import { getPlaces } from '@/state/places';
import type { AppState, Id } from '@/state/state';
import { paths } from './paths';

/** The channel of a server that one was in last, else the first text channel that one sees. */
export function startingChannel(state: AppState, serverId: Id): Id | null {
  const last = getPlaces().lastIn[serverId];
  if (last && state.channels[last]?.server_id === serverId) return last;
  const first = channelGroups(state.channels, serverId)
    .flatMap(({ channels }) => channels)
    .find(({ type }) => type === 'text');
  return first?.id ?? null;
}

/** Where one goes without an address: to where one was, else to the first server, else to the conversations. */
export function startingPath(state: AppState): string {
  const { last, serverOrder } = getPlaces();
  const channel = last ? state.channels[last] : undefined;
  if (channel) return paths.channel(channel);
  const [server] = inOrder(Object.values(state.servers), serverOrder);
  return server ? paths.server(server.id) : paths.friends;
}

/** The conversation that one was in last. */
export function conversationsPath(state: AppState): string {
  const last = getPlaces().lastIn[conversations];
  const channel = last ? privateChannels(state.channels).find(({ id }) => id === last) : undefined;
  return channel ? paths.channel(channel) : paths.friends;
}

/** Stands for a server's ID in {@link getPlaces}. */
export const conversations = 'conversations';
