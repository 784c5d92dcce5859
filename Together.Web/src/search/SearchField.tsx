import { Hash, Search as SearchIcon, X } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { store, useApp } from '@/state/store';
import { search as strings } from '@/strings/search';
import { Avatar } from '@/ui/Avatar';
import { cx } from '@/ui/cx';
import { IconButton } from '@/ui/IconButton';
import {
  dayBefore,
  dayOf,
  idOf,
  resolved,
  type Searchable,
  type SearchFilter,
  type SearchPlace,
  searchable,
  startOfDay,
  withFilter,
} from './filters';
import { registerSearchField } from './focus';
import { formatFilter, lastToken, parseQuery, type TypedFilter } from './query';
import styles from './SearchField.module.css';
import { changeSearch, type Search } from './searches';
import { type Suggestion, suggestions } from './suggestions';

/** search.md: of `q`. */
const textMax = 256;

/** Words and filters: those that are understood become chips, and what may be meant is listed below. */
export function SearchField({ place, search }: { place: SearchPlace; search: Search }) {
  const { text, filters, scope } = search;
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const [isOpen, setIsOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [unknown, setUnknown] = useState<TypedFilter | null>(null);
  const serverName = useApp((state) => (place.serverId && scope === 'server' ? state.servers[place.serverId]?.name : undefined));
  // biome-ignore lint/correctness/useExhaustiveDependencies: who is there is looked up whenever the list opens
  const there = useMemo(() => searchable(store.getState(), place), [place, isOpen]);
  const meId = useApp((state) => state.me?.id ?? null);
  const token = lastToken(text);
  const isDay = token.key === 'before' || token.key === 'after';
  const items = useMemo(
    () => (isOpen ? suggestions(token, there, place.serverId !== null && scope === 'server', new Date()) : []),
    [isOpen, token, there, place, scope],
  );
  useEffect(() => registerSearchField(input), []);

  const focus = () => input.current?.focus();
  /** Takes filters out of the text, as chips. */
  const take = (next: string, isDone: boolean) => {
    const { words, filters: typed } = parseQuery(next);
    // What is typed last may go on, unless it is said to be all.
    const isOpenEnded = !isDone && lastToken(next).key !== null && !lastToken(next).isClosed;
    const whole = isOpenEnded ? typed.slice(0, -1) : typed;
    let taken = filters;
    const left: TypedFilter[] = isOpenEnded ? typed.slice(-1) : [];
    for (const filter of whole) {
      const meant = resolved(filter, there, meId, new Date());
      if (meant) taken = withFilter(taken, meant);
      else left.unshift(filter);
    }
    setUnknown(isDone || whole.some((filter) => left.includes(filter)) ? (left[0] ?? null) : null);
    if (taken === filters) changeSearch(place, { text: next });
    else
      changeSearch(place, {
        text: [words, ...left.map(formatFilter)].filter(Boolean).join(' ') + (words && left.length === 0 ? ' ' : ''),
        filters: taken,
      });
  };
  const pick = (suggestion: Suggestion) => {
    const before = text.slice(0, token.start);
    setUnknown(null);
    setActive(-1);
    if (suggestion.kind === 'key') changeSearch(place, { text: `${before}${suggestion.key}:` });
    else {
      changeSearch(place, { text: before, filters: withFilter(filters, suggestion.filter) });
      setIsOpen(false);
    }
    focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const chosen = items[active] ?? (token.key && event.key !== 'Tab' && token.value ? items[0] : undefined);
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      if (!isOpen) setIsOpen(true);
      else if (items.length > 0)
        setActive((active + (event.key === 'ArrowDown' ? 1 : -1) + items.length + (active < 0 && event.key === 'ArrowUp' ? 1 : 0)) % items.length);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      const exact = token.key && resolved({ key: token.key, value: token.value }, there, meId, new Date());
      if (items[active] || (chosen && !exact)) pick(chosen as Suggestion);
      else {
        take(text, true);
        setIsOpen(false);
      }
    } else if (event.key === 'Escape' && isOpen) {
      event.preventDefault();
      event.stopPropagation();
      setIsOpen(false);
    } else if (event.key === 'Backspace' && input.current?.selectionStart === 0 && input.current.selectionEnd === 0 && filters.length > 0)
      changeSearch(place, { filters: filters.slice(0, -1) });
  };
  const optionId = (index: number) => (items[index] ? `${listId}-${index}` : undefined);
  const shows = isOpen && (items.length > 0 || isDay);

  return (
    <search
      className={styles.field}
      onBlur={(event) => {
        if (!event.currentTarget.contains(event.relatedTarget)) setIsOpen(false);
      }}
    >
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a press beside the chips goes to the field, which has its own keys */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
      <div className={styles.box} onClick={(event) => event.target === event.currentTarget && focus()}>
        <SearchIcon aria-hidden="true" className={styles.icon} />
        {filters.map((filter) => (
          <Chip
            key={idOf(filter)}
            filter={filter}
            onRemove={() => {
              changeSearch(place, { filters: filters.filter((other) => other !== filter) });
              focus();
            }}
          />
        ))}
        <input
          ref={input}
          dir="auto"
          type="text"
          enterKeyHint="search"
          role="combobox"
          aria-label={strings.field}
          aria-expanded={shows}
          aria-controls={listId}
          aria-activedescendant={shows ? optionId(active) : undefined}
          aria-autocomplete="list"
          aria-describedby={unknown ? `${listId}-unknown` : undefined}
          aria-invalid={unknown ? true : undefined}
          autoComplete="off"
          spellCheck={false}
          maxLength={textMax}
          className={styles.input}
          placeholder={filters.length > 0 ? undefined : serverName ? strings.placeholder.server(serverName) : strings.placeholder.channel}
          value={text}
          onFocus={() => setIsOpen(text === '' && search.found === null)}
          onClick={() => setIsOpen(true)}
          onChange={(event) => {
            take(event.target.value, false);
            setIsOpen(true);
            setActive(-1);
          }}
          onKeyDown={press}
        />
        {(text || filters.length > 0) && (
          <IconButton
            size="s"
            label={strings.clear}
            tooltipSide={null}
            className={styles.clear}
            onClick={() => {
              setUnknown(null);
              changeSearch(place, { text: '', filters: [] });
              focus();
            }}
          >
            <X />
          </IconButton>
        )}
      </div>
      <p id={`${listId}-unknown`} role="status" className={styles.unknown}>
        {unknown && strings.unknown[unknown.key](unknown.value)}
      </p>
      <div className={cx(styles.popup, !shows && styles.hidden)}>
        <div id={listId} role="listbox" aria-label={strings.suggestions}>
          {items.map((item, index) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the field, which has the focus
            // biome-ignore lint/a11y/useFocusableInteractive: as above
            <div
              key={item.id}
              id={optionId(index)}
              role="option"
              aria-selected={index === active}
              className={cx(styles.option, index === active && styles.active)}
              onPointerMove={() => index !== active && setActive(index)}
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => pick(item)}
            >
              <Content item={item} there={there} />
            </div>
          ))}
        </div>
        {shows && isDay && token.key && (
          <DayField
            label={strings.day[token.key === 'before' ? 'before' : 'after']}
            onPick={(day) => pick({ kind: 'filter', id: day, filter: { key: token.key === 'before' ? 'before' : 'after', day, label: day } })}
          />
        )}
      </div>
    </search>
  );
}

function Chip({ filter, onRemove }: { filter: SearchFilter; onRemove: () => void }) {
  const text = strings.chips[filter.key](filter.label);
  return (
    <button type="button" className={styles.chip} aria-label={strings.removeChip(text)} onClick={onRemove}>
      <bdi>{text}</bdi>
      <X aria-hidden="true" />
    </button>
  );
}

function Content({ item, there }: { item: Suggestion; there: Searchable }) {
  if (item.kind === 'key')
    return (
      <>
        <span className={styles.key}>{item.key}:</span>
        <span className={styles.detail}>{strings.keys[item.key]}</span>
      </>
    );
  const { filter } = item;
  switch (filter.key) {
    case 'from':
    case 'mentions': {
      const user = there.users.find(({ id }) => id === filter.userId)?.user;
      return (
        <>
          <Avatar id={filter.userId} name={filter.label} url={user?.avatar_url} size={22} />
          <bdi className={styles.name}>{filter.label}</bdi>
          <bdi className={styles.detail}>{user?.username}</bdi>
        </>
      );
    }
    case 'in':
      return (
        <>
          <Hash aria-hidden="true" />
          <bdi className={styles.name}>{filter.label}</bdi>
        </>
      );
    case 'has':
      return <span className={styles.name}>{strings.has[filter.value]}</span>;
    case 'before':
    case 'after':
      return (
        <>
          <span className={styles.name}>{filter.day}</span>
          <span className={styles.detail}>
            {filter.day === dayOf(new Date()) ? strings.today : filter.day === dayOf(dayBefore(new Date())) ? strings.yesterday : ''}
          </span>
        </>
      );
  }
}

/** The browser's own calendar. */
function DayField({ label, onPick }: { label: string; onPick: (day: string) => void }) {
  const [day, setDay] = useState('');
  return (
    <label className={styles.day}>
      {label}
      <input
        type="date"
        max={dayOf(new Date())}
        value={day}
        className={styles.date}
        onChange={(event) => {
          setDay(event.target.value);
          // The year is typed digit by digit.
          const chosen = startOfDay(event.target.value);
          if (chosen && chosen.getFullYear() >= 2000) onPick(event.target.value);
        }}
      />
    </label>
  );
}
