import { useEffect } from 'react';
import { attentions } from '@/state/attention';
import { channelName } from '@/state/names';
import type { AppState } from '@/state/state';
import { useApp } from '@/state/store';
import { channels as strings } from '@/strings/channels';
import { shell } from '@/strings/shell';

/** The title of the tab: what calls for one, and where one is. */
export function titleOf(state: AppState, mentions: number): string {
  const channel = state.openChannel ? state.channels[state.openChannel] : undefined;
  const server = channel?.server_id ? state.servers[channel.server_id] : undefined;
  const place =
    channel && (server ? shell.channelTitle(channel.name ?? '', server.name) : shell.conversationTitle(channelName(channel, strings.nobody)));
  return shell.titled(mentions, place ?? null);
}

export function useShellTitle(): void {
  const title = useApp((state) => titleOf(state, attentions(state).mentions));
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(
    () => () => {
      document.title = shell.title;
    },
    [],
  );
}
