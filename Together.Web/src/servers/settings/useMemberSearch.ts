import { useCallback, useEffect, useState } from 'react';
import { findMembers, membersPage } from '@/actions/serverSettings';
import type { Member } from '@/contracts';
import { usePaged } from '@/settings/usePaged';
import type { Id } from '@/state/state';

/** Somebody who types on is not done, in milliseconds. */
const pause = 250;

/** Members by the beginning of their name, all of them for an empty one. */
export function useMemberSearch(serverId: Id) {
  const [text, setText] = useState('');
  const [query, setQuery] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setQuery(text.trim()), pause);
    return () => clearTimeout(timer);
  }, [text]);
  const fetchPage = useCallback(
    (last: Member | null, signal: AbortSignal) => findMembers(serverId, query, last?.user.id ?? null, signal),
    [serverId, query],
  );
  return { text, setText, paged: usePaged(fetchPage, membersPage) };
}
