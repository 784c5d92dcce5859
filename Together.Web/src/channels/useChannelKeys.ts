import { useEffect } from 'react';
import { useLocation } from 'wouter';
import { paths } from '@/app/paths';
import { attentions } from '@/state/attention';
import { channelGroups, privateChannels } from '@/state/channels';
import { getPlaces } from '@/state/places';
import type { AppState, Id } from '@/state/state';
import { store } from '@/state/store';
import { inOrder, neighbour } from './order';

/** Where Alt and an arrow lead; null for nowhere. */
export function keyTarget(state: AppState, serverOrder: readonly Id[], step: 1 | -1, onlyUnread: boolean): Id | null {
  const current = state.openChannel;
  const serverId = current ? (state.channels[current]?.server_id ?? null) : null;
  const textOf = (id: Id) =>
    channelGroups(state.channels, id).flatMap(({ channels }) => channels.filter(({ type }) => type === 'text').map((channel) => channel.id));
  const conversations = privateChannels(state.channels).map(({ id }) => id);
  if (!onlyUnread) return neighbour(serverId ? textOf(serverId) : conversations, current, step);
  const everywhere = [...conversations, ...inOrder(Object.values(state.servers), serverOrder).flatMap(({ id }) => textOf(id))];
  const calling = attentions(state).channels;
  return neighbour(everywhere, current, step, (id) => Boolean(calling[id]?.unread || calling[id]?.mentions));
}

/** Alt with an arrow goes to the channel above or below, with Shift to the next that is unread. */
export function useChannelKeys(): void {
  const [, navigate] = useLocation();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (!event.altKey || event.ctrlKey || event.metaKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
      const state = store.getState();
      if (state.view.dialog) return;
      event.preventDefault();
      const id = keyTarget(state, getPlaces().serverOrder, event.key === 'ArrowDown' ? 1 : -1, event.shiftKey);
      const channel = id ? state.channels[id] : undefined;
      if (channel) navigate(paths.channel(channel));
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, [navigate]);
}
