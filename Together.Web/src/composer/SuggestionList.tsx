import { AtSign, Hash, Volume2 } from 'lucide-react';
import { type RefObject, useLayoutEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';
import { composer } from '@/strings/composer';
import { Avatar, cx } from '@/ui';
import type { Query } from './completion';
import styles from './Editor.module.css';
import type { Suggestion } from './suggest';

export interface SuggestionListProps {
  id: string;
  kind: Query['kind'];
  /** Beside which they are shown. */
  anchor: RefObject<HTMLElement | null>;
  items: readonly Suggestion[];
  active: Suggestion;
  onHover: (index: number) => void;
  onPick: (suggestion: Suggestion) => void;
}

export function optionId(listId: string, { kind, key }: Suggestion): string {
  return `${listId}-${kind}-${key}`;
}

interface Place {
  left: number;
  width: number;
  top?: number;
  bottom?: number;
  maxHeight: number;
}

const margin = 8;

/** The list of what may be meant. The focus stays in the text. */
export function SuggestionList({ id, kind, anchor, items, active, onHover, onPick }: SuggestionListProps) {
  const list = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<Place | null>(null);

  useLayoutEffect(() => {
    // What stands around the text, such as whom it answers, stays in sight.
    const measure = () =>
      anchor.current && setPlace(placeBeside((anchor.current.closest('[data-editor]') ?? anchor.current).getBoundingClientRect()));
    measure();
    window.addEventListener('resize', measure);
    document.addEventListener('scroll', measure, { capture: true, passive: true });
    return () => {
      window.removeEventListener('resize', measure);
      document.removeEventListener('scroll', measure, { capture: true });
    };
  }, [anchor]);

  const activeId = optionId(id, active);
  useLayoutEffect(() => {
    if (place) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' });
  }, [activeId, place]);

  return createPortal(
    <div ref={list} className={styles.popup} style={place ?? { visibility: 'hidden' }}>
      <div className={styles.title} aria-hidden="true">
        {composer.suggestions[kind]}
      </div>
      <div id={id} role="listbox" aria-label={composer.suggestions[kind]}>
        {items.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the text, which has the focus
          // biome-ignore lint/a11y/useFocusableInteractive: as above
          <div
            key={`${item.kind} ${item.key}`}
            id={optionId(id, item)}
            role="option"
            aria-selected={item === active}
            className={cx(styles.option, item === active && styles.active)}
            onPointerMove={() => item !== active && onHover(index)}
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => onPick(item)}
          >
            <Content item={item} />
          </div>
        ))}
      </div>
    </div>,
    document.body,
  );
}

function placeBeside(anchor: DOMRect): Place {
  const left = Math.max(margin, anchor.left);
  const width = Math.min(560, Math.max(anchor.width, 260), innerWidth - left - margin);
  const above = anchor.top - 2 * margin;
  const below = innerHeight - anchor.bottom - 2 * margin;
  return above > 220 || above >= below
    ? { left, width, bottom: innerHeight - anchor.top + margin, maxHeight: Math.min(400, above) }
    : { left, width, top: anchor.bottom + margin, maxHeight: Math.min(400, below) };
}

function Content({ item }: { item: Suggestion }) {
  switch (item.kind) {
    case 'user':
      return (
        <>
          <Avatar id={item.user.id} name={item.name} url={item.user.avatar_url} size={24} />
          <bdi className={styles.name}>{item.name}</bdi>
          <bdi className={styles.detail}>{item.user.username}</bdi>
        </>
      );
    case 'role':
      return (
        <>
          <span className={styles.icon} style={colored(item.color)} aria-hidden="true">
            <AtSign />
          </span>
          <bdi className={styles.name} style={colored(item.color)}>
            {item.name}
          </bdi>
          <span className={styles.detail}>{composer.role}</span>
        </>
      );
    case 'everyone':
    case 'here':
      return (
        <>
          <span className={styles.icon} aria-hidden="true">
            <AtSign />
          </span>
          <span className={styles.name}>{item.kind}</span>
          <span className={styles.detail}>{composer[item.kind]}</span>
        </>
      );
    case 'channel':
      return (
        <>
          <span className={styles.icon} aria-hidden="true">
            {item.isVoice ? <Volume2 /> : <Hash />}
          </span>
          <bdi className={styles.name}>{item.name}</bdi>
        </>
      );
    case 'emoji':
      return (
        <>
          <span className={styles.emoji} aria-hidden="true">
            {item.insert}
          </span>
          <span className={styles.name}>:{item.name}:</span>
        </>
      );
  }
}

/** @param color 24-bit RGB, 0 for none */
function colored(color: number) {
  return color ? { color: `#${color.toString(16).padStart(6, '0')}` } : undefined;
}
