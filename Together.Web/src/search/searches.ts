// What was searched for, by server or conversation: it is there again when the panel is.
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { searchMessages } from '@/actions/search';
import { type Problem, problemOf } from '@/api/problem';
import type { Message, SearchResult } from '@/contracts';
import type { Range } from '@/markdown/highlights';
import type { Id } from '@/state/state';
import { store } from '@/state/store';
import type { SearchFilter, SearchPlace, SearchRequest, SearchScope, SearchSort } from './filters';

export interface Found {
  messages: Message[];
  highlights: Record<Id, Range[]>;
  /** Exact up to 500. */
  total: number;
  hasMore: boolean;
}

export interface Search {
  text: string;
  filters: SearchFilter[];
  scope: SearchScope;
  sort: SearchSort;
  /** What `found` or `problem` answers, as JSON; null before the first search. */
  answered: string | null;
  found: Found | null;
  problem: Problem | null;
  isLoadingMore: boolean;
  /** Why there is no more, though there should be. */
  moreProblem: Problem | null;
  /** Where the list was scrolled to, in pixels. */
  scrolled: number;
}

const newSearch: Search = {
  text: '',
  filters: [],
  scope: 'server',
  sort: 'newest',
  answered: null,
  found: null,
  problem: null,
  isLoadingMore: false,
  moreProblem: null,
  scrolled: 0,
};

const searches = createStore<Record<Id, Search>>(() => ({}));

const keyOf = ({ serverId, channelId }: SearchPlace) => serverId ?? channelId;

// They were somebody else's.
store.subscribe((state, before) => {
  if (state.me?.id !== before.me?.id) searches.setState({}, true);
});

export function useSearch(place: SearchPlace): Search {
  return useStore(searches, (all) => all[keyOf(place)] ?? newSearch);
}

export function getSearch(place: SearchPlace): Search {
  return searches.getState()[keyOf(place)] ?? newSearch;
}

export function changeSearch(place: SearchPlace, change: Partial<Search>): void {
  searches.setState({ [keyOf(place)]: { ...getSearch(place), ...change } });
}

/** @param before the pages that came earlier */
export function joined(before: Found | null, page: SearchResult): Found {
  const known = new Set(before?.messages.map(({ id }) => id));
  const ranges = page.highlights.map(({ message_id, ranges }): [Id, Range[]] => [
    message_id,
    ranges.flatMap(([start, end]): Range[] => (start === undefined || end === undefined ? [] : [[start, end]])),
  ]);
  return {
    messages: [...(before?.messages ?? []), ...page.messages.filter(({ id }) => !known.has(id))],
    highlights: { ...before?.highlights, ...Object.fromEntries(ranges) },
    // Behind the first page the host counts only what is left.
    total: before?.total ?? page.total,
    hasMore: page.has_more,
  };
}

/** The host numbers no further. */
const offsetMax = 1000;

/** Where the next page begins; null when the host leads no further. */
export function nextPage(request: SearchRequest, found: Found): { before: Id } | { offset: number } | null {
  const last = found.messages.at(-1);
  if (!found.hasMore || !last) return null;
  if (request.query.sort !== 'relevance') return { before: last.id };
  return found.messages.length <= offsetMax ? { offset: found.messages.length } : null;
}

/** Asks, and shows the answer unless something else was asked meanwhile. */
export async function search(place: SearchPlace, request: SearchRequest, signal: AbortSignal): Promise<void> {
  const answered = JSON.stringify(request);
  try {
    const found = joined(null, await searchMessages(request, {}, signal));
    if (!signal.aborted) changeSearch(place, { answered, found, problem: null, moreProblem: null, isLoadingMore: false, scrolled: 0 });
  } catch (error) {
    if (!signal.aborted) changeSearch(place, { answered, found: null, problem: problemOf(error), isLoadingMore: false });
  }
}

export async function searchMore(place: SearchPlace, request: SearchRequest): Promise<void> {
  const { found, isLoadingMore, answered } = getSearch(place);
  const page = found && nextPage(request, found);
  if (!page || isLoadingMore) return;
  changeSearch(place, { isLoadingMore: true, moreProblem: null });
  const isCurrent = () => getSearch(place).found === found && getSearch(place).answered === answered;
  try {
    const more = await searchMessages(request, page, new AbortController().signal);
    if (isCurrent()) changeSearch(place, { found: joined(found, more), isLoadingMore: false });
  } catch (error) {
    if (isCurrent()) changeSearch(place, { moreProblem: problemOf(error), isLoadingMore: false });
  }
}
