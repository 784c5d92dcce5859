import { X } from 'lucide-react';
import { type KeyboardEvent, useId, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { presenceOf } from '@/members/presence';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { friends as strings } from '@/strings/friends';
import { Avatar } from '@/ui/Avatar';
import { cx } from '@/ui/cx';
import { announce } from '@/ui/LiveRegion';
import styles from './PeoplePicker.module.css';
import { findPeople, type Person } from './people';

interface PeoplePickerProps {
  label: string;
  /** In the order that an empty field shows. */
  people: readonly Person[];
  chosen: readonly Person[];
  onChange: (chosen: Person[]) => void;
  /** How many can be chosen. */
  max: number;
}

const most = 50;

/** Chooses people by name: chips of who is chosen, a field, and a list of who may be meant. */
export function PeoplePicker({ label, people, chosen, onChange, max }: PeoplePickerProps) {
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const listId = useId();
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const found = useMemo(() => findPeople(people, text, most), [people, text]);
  const isChosen = (id: Id) => chosen.some(({ user }) => user.id === id);
  const current = found[Math.min(active, found.length - 1)];
  const isFull = chosen.length >= max;

  const toggle = (person: Person) => {
    if (isChosen(person.user.id)) onChange(chosen.filter(({ user }) => user.id !== person.user.id));
    else if (isFull) return announce(strings.picker.full);
    else onChange([...chosen, person]);
    if (text) {
      setText('');
      setActive(0);
    }
    input.current?.focus();
  };
  const press = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      const step = event.key === 'ArrowDown' ? 1 : -1;
      setActive((Math.min(active, found.length - 1) + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter' && current && (text || chosen.length === 0)) {
      event.preventDefault();
      toggle(current);
    } else if (event.key === 'Backspace' && !text && chosen.length > 0) onChange(chosen.slice(0, -1));
  };

  const activeId = current && `${listId}-${current.user.id}`;
  useLayoutEffect(() => {
    if (activeId) document.getElementById(activeId)?.scrollIntoView?.({ block: 'nearest' });
  }, [activeId]);

  return (
    <div className={styles.picker}>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: a press beside the chips goes to the field, which has its own keys */}
      {/* biome-ignore lint/a11y/noStaticElementInteractions: as above */}
      <div className={styles.box} onClick={(event) => event.target === event.currentTarget && input.current?.focus()}>
        {chosen.map((person) => (
          <button
            key={person.user.id}
            type="button"
            className={styles.chip}
            aria-label={strings.picker.remove(person.name)}
            onClick={() => toggle(person)}
          >
            <Avatar id={person.user.id} name={person.name} url={person.user.avatar_url} size={20} />
            <bdi className={styles.chipName}>{person.name}</bdi>
            <X aria-hidden="true" />
          </button>
        ))}
        <input
          ref={input}
          dir="auto"
          role="combobox"
          aria-label={label}
          aria-expanded={found.length > 0}
          aria-controls={listId}
          aria-activedescendant={activeId}
          aria-autocomplete="list"
          autoComplete="off"
          spellCheck={false}
          className={styles.input}
          placeholder={chosen.length === 0 ? strings.picker.placeholder : undefined}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setActive(0);
          }}
          onKeyDown={press}
        />
      </div>
      <div id={listId} ref={list} role="listbox" aria-label={label} aria-multiselectable="true" className={styles.list}>
        {found.map((person, index) => (
          <Option
            key={person.user.id}
            id={`${listId}-${person.user.id}`}
            person={person}
            isChosen={isChosen(person.user.id)}
            isActive={person === current}
            isDisabled={isFull && !isChosen(person.user.id)}
            onHover={() => setActive(index)}
            onPick={() => toggle(person)}
          />
        ))}
      </div>
      {found.length === 0 && <p className={styles.none}>{people.length === 0 ? strings.picker.nobody : strings.picker.none(text.trim())}</p>}
    </div>
  );
}

interface OptionProps {
  id: string;
  person: Person;
  isChosen: boolean;
  isActive: boolean;
  isDisabled: boolean;
  onHover: () => void;
  onPick: () => void;
}

function Option({ id, person, isChosen, isActive, isDisabled, onHover, onPick }: OptionProps) {
  const presence = useApp((state) => presenceOf(state.presences[person.user.id]));
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys go to the field, which has the focus
    // biome-ignore lint/a11y/useFocusableInteractive: as above
    <div
      id={id}
      role="option"
      aria-selected={isChosen}
      aria-disabled={isDisabled}
      className={cx(styles.option, isActive && styles.active, isDisabled && styles.disabled)}
      onPointerMove={isActive ? undefined : onHover}
      onPointerDown={(event) => event.preventDefault()}
      onClick={onPick}
    >
      <Avatar id={person.user.id} name={person.name} url={person.user.avatar_url} size={28} presence={presence} />
      <bdi className={styles.name}>{person.name}</bdi>
      <bdi className={styles.username}>{person.username}</bdi>
      <span className={styles.mark} data-chosen={isChosen || undefined} aria-hidden="true" />
    </div>
  );
}
