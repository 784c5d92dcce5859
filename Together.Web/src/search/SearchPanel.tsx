import { Search as SearchIcon, X } from 'lucide-react';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { setDrawer, togglePanel } from '@/actions/view';
import { MessageSkeleton } from '@/messages/MessageSkeleton';
import type { Id } from '@/state/state';
import { store } from '@/state/store';
import { problemText } from '@/strings/problems';
import { search as strings } from '@/strings/search';
import { Button } from '@/ui/Button';
import { EmptyState, ErrorState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { announce } from '@/ui/LiveRegion';
import { Loading } from '@/ui/Skeleton';
import { requestOf, type SearchPlace, type SearchRequest } from './filters';
import { parseQuery } from './query';
import { Results } from './Results';
import { SearchChoices } from './SearchChoices';
import { SearchField } from './SearchField';
import styles from './SearchPanel.module.css';
import { search as ask, changeSearch, type Found, getSearch, type Search, searchMore, useSearch } from './searches';

export interface SearchPanelProps extends SearchPlace {
  /** One has gone to a message. */
  onJump: (channelId: Id, messageId: Id) => void;
}

/** After the last key, in milliseconds. */
const pause = 250;

/** Searches what was said in a server, a channel or a conversation. */
export function SearchPanel({ channelId, serverId, onJump }: SearchPanelProps) {
  const place = useMemo(() => ({ channelId, serverId }), [channelId, serverId]);
  const search = useSearch(place);
  const { request, isSearching, retry } = useAsked(place, search);
  return (
    <section className={styles.panel} aria-label={strings.title}>
      <header className={styles.header}>
        <h2 className={styles.title}>{strings.title}</h2>
        <IconButton label={strings.close} tooltipSide="bottom" onClick={closeSearch}>
          <X />
        </IconButton>
      </header>
      <SearchField place={place} search={search} />
      <SearchChoices place={place} search={search} />
      <Outcome place={place} search={search} request={request} isSearching={isSearching} onRetry={retry} onJump={onJump} />
    </section>
  );
}

export function closeSearch(): void {
  if (store.getState().view.drawer === 'panel') setDrawer(null);
  else togglePanel('search');
}

/** Asks the host for what is typed, a moment after the last key; what is outdated is not waited for. */
function useAsked(place: SearchPlace, { text, filters, scope, sort, answered }: Search) {
  const request = useMemo(() => requestOf(place, scope, parseQuery(text).words, filters, sort), [place, scope, text, filters, sort]);
  const key = request && JSON.stringify(request);
  const isAnswered = key === answered;
  const first = useRef(true);
  useEffect(() => {
    if (!request) {
      if (getSearch(place).answered) changeSearch(place, { answered: null, found: null, problem: null });
      return;
    }
    if (isAnswered) return;
    const abort = new AbortController();
    // A panel that opens with a question has no keys to wait for.
    const timer = setTimeout(() => void ask(place, request, abort.signal), first.current ? 0 : pause);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [place, request, isAnswered]);
  useEffect(() => {
    first.current = false;
  }, []);
  return { request, isSearching: request !== null && !isAnswered, retry: () => changeSearch(place, { answered: null }) };
}

interface OutcomeProps {
  place: SearchPlace;
  search: Search;
  request: SearchRequest | null;
  isSearching: boolean;
  onRetry: () => void;
  onJump: (channelId: Id, messageId: Id) => void;
}

function Outcome({ place, search, request, isSearching, onRetry, onJump }: OutcomeProps) {
  const { found, problem, filters } = search;
  if (!request) return <EmptyState icon={<SearchIcon />} level={3} className={styles.state} title={strings.begin} body={strings.beginBody} />;
  if (problem && !isSearching)
    return <ErrorState level={3} className={styles.state} title={strings.failed} body={problemText(problem)} onRetry={onRetry} />;
  if (!found)
    return (
      <Loading label={strings.searching} className={styles.results}>
        <MessageSkeleton count={5} />
      </Loading>
    );
  if (found.messages.length === 0)
    return (
      <EmptyState
        icon={<SearchIcon />}
        level={3}
        className={styles.state}
        title={strings.nothing(parseQuery(search.text).words)}
        body={filters.length > 0 ? strings.nothingFiltered : strings.nothingBody}
        action={filters.length > 0 && <Button onClick={() => changeSearch(place, { filters: [] })}>{strings.withoutFilters}</Button>}
      />
    );
  return <FoundList place={place} search={search} found={found} request={request} isSearching={isSearching} onJump={onJump} />;
}

function FoundList({
  place,
  search,
  found,
  request,
  isSearching,
  onJump,
}: Omit<OutcomeProps, 'request' | 'onRetry'> & { found: Found; request: SearchRequest }) {
  const list = useRef<HTMLDivElement>(null);
  const total = strings.total(found.total, found.total >= 500);
  const isFirst = found.messages.length <= 25;
  useEffect(() => {
    if (isFirst) announce(total);
  }, [total, isFirst]);
  // Where one was, also after a jump to another channel has put another panel here.
  const scrolled = search.scrolled;
  useLayoutEffect(() => {
    if (list.current && list.current.scrollTop !== getSearch(place).scrolled) list.current.scrollTop = getSearch(place).scrolled;
  }, [place]);
  useLayoutEffect(() => {
    if (scrolled === 0 && list.current) list.current.scrollTop = 0;
  }, [scrolled]);
  return (
    <div
      ref={list}
      className={styles.results}
      aria-busy={isSearching}
      onScroll={(event) => {
        const at = event.currentTarget.scrollTop;
        window.clearTimeout(settling);
        settling = window.setTimeout(() => changeSearch(place, { scrolled: at }), 150);
      }}
    >
      <Results found={found} serverId={place.serverId} showsChannels={request.serverId !== null} onJump={onJump} />
      <More place={place} search={search} found={found} request={request} />
    </div>
  );
}

let settling = 0;

function More({ place, search, found, request }: { place: SearchPlace; search: Search; found: Found; request: SearchRequest }) {
  if (!found.hasMore) return <p className={styles.end}>{strings.end}</p>;
  if (found.messages.length > 1000 && request.query.sort === 'relevance') return <p className={styles.end}>{strings.tooMany}</p>;
  return (
    <div className={styles.more}>
      {search.moreProblem && <p role="alert">{`${strings.moreFailed} ${problemText(search.moreProblem)}`}</p>}
      <Button wide busy={search.isLoadingMore} onClick={() => void searchMore(place, request)}>
        {strings.more}
      </Button>
    </div>
  );
}
