import { useEffect, useState } from 'react';
import { requestMembers } from '@/actions/messages';
import type { Id } from '@/state/state';
import { store } from '@/state/store';
import type { Query } from './completion';
import { loadEmoji, type NamedEmoji } from './emoji';
import { mayHaveMore, type Suggestion, suggest } from './suggest';

const nobody: Suggestion[] = [];

/** Who types on changes what is asked for; in milliseconds. */
const pause = 200;

const asked = new Set<string>();

/** What fits the query; the host is asked for members who are not known here. */
export function useSuggestions(channelId: Id, query: Query | null): Suggestion[] {
  const [found, setFound] = useState(nobody);
  const [emoji, setEmoji] = useState<readonly NamedEmoji[]>([]);

  const needsEmoji = query?.kind === 'emoji' && emoji.length === 0;
  useEffect(() => {
    if (!needsEmoji) return;
    // Without a connection there are no suggestions; the next query tries again.
    loadEmoji().then(
      ({ named }) => setEmoji(named),
      () => {},
    );
  }, [needsEmoji]);

  useEffect(() => {
    if (!query) {
      setFound(nobody);
      return;
    }
    const look = () => setFound(suggest(store.getState(), channelId, query, emoji));
    look();
    if (query.kind !== 'mention') return;
    const serverId = mayHaveMore(store.getState(), channelId);
    const request = `${serverId} ${query.text.toLowerCase()}`;
    const timer = setTimeout(() => {
      if (!serverId || query.text === '' || asked.has(request)) return;
      if (requestMembers(serverId, { query: query.text, limit: 25 })) asked.add(request);
    }, pause);
    const stop = store.subscribe((state, before) => {
      if (serverId && state.servers[serverId]?.members !== before.servers[serverId]?.members) look();
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [channelId, query, emoji]);

  return query ? found : nobody;
}
