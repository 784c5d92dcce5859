import { type ChangeEvent, type ClipboardEvent, type KeyboardEvent, type Ref, useEffect, useId, useImperativeHandle, useRef, useState } from 'react';
import type { Id } from '@/state/state';
import { composer } from '@/strings/composer';
import { announce, cx } from '@/ui';
import { isSame, type Query, queryAt } from './completion';
import styles from './Editor.module.css';
import { type Change, continued, type Marker, toggled } from './formats';
import { optionId, SuggestionList } from './SuggestionList';
import { isNamedExactly, type Suggestion } from './suggest';
import { useSuggestions } from './useSuggestions';
import { charactersLeft, named, type Written } from './written';

export interface EditorHandle {
  focus(): void;
  /** Puts text in the place of what is selected. */
  insert(text: string): void;
}

export interface EditorProps {
  channelId: Id;
  value: Written;
  onChange: (value: Written) => void;
  /** Enter; on a touch keyboard Enter is a new line. */
  onSubmit: () => void;
  /** Escape, while no suggestions are open. */
  onCancel?: () => void;
  onArrowUpInEmpty?: () => void;
  onBlur?: () => void;
  onPasteFiles?: (files: File[]) => void;
  autoFocus?: boolean;
  /** The accessible name. */
  label: string;
  placeholder?: string;
  /** UTF-16 code units of what is sent. More can be written, and is told: nothing is cut off. */
  maxLength: number;
  readOnly?: boolean;
  className?: string;
  ref?: Ref<EditorHandle>;
}

/** From so many characters on those left are counted. */
const counted = 200;

const markers: Record<string, Marker> = { b: '**', i: '*', u: '__', e: '`' };

/** Where people write: the browser's own text field, for the sake of its undo, its keyboards and its speed. */
export function Editor({
  channelId,
  value,
  onChange,
  onSubmit,
  onCancel,
  onArrowUpInEmpty,
  onBlur,
  onPasteFiles,
  autoFocus,
  label,
  placeholder,
  maxLength,
  readOnly,
  className,
  ref,
}: EditorProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const listId = useId();
  const counterId = useId();
  const [query, setQuery] = useState<Query | null>(null);
  const [dismissed, setDismissed] = useState<number | null>(null);
  const [active, setActive] = useState(0);
  const suggestions = useSuggestions(channelId, query && query.from !== dismissed ? query : null);
  const chosen = suggestions[Math.min(active, suggestions.length - 1)];
  const left = charactersLeft(value, maxLength);

  // The names in a change that the field is told to make, until its event tells the text.
  const mentions = useRef(value.mentions);
  mentions.current = value.mentions;

  const change = (made: Change) => {
    const field = area.current;
    if (!field) return;
    field.focus();
    replace(field, made);
    look();
  };

  useImperativeHandle(ref, () => ({
    focus: () => area.current?.focus(),
    insert: (text) => {
      const field = area.current;
      if (!field) return;
      const { selectionStart: from, selectionEnd: to } = field;
      change({ from, to, insert: text, select: [from + text.length, from + text.length] });
    },
  }));

  useEffect(() => {
    const field = area.current;
    if (!autoFocus || !field) return;
    field.focus({ preventScroll: true });
    field.setSelectionRange(field.value.length, field.value.length);
  }, [autoFocus]);

  useEffect(() => {
    if (area.current && !growsByItself) grow(area.current, value.text);
  }, [value.text]);

  useEffect(() => {
    if (suggestions.length > 0) announce(composer.suggestionsFound(suggestions.length));
  }, [suggestions.length]);

  /** Is there a name at the caret? */
  const look = () => {
    const field = area.current;
    if (!field) return;
    const at = field.selectionStart === field.selectionEnd ? queryAt(field.value, field.selectionStart) : null;
    if (isSame(at, query)) return;
    setQuery(at);
    setActive(0);
    if (at?.from !== dismissed) setDismissed(null);
  };

  const changed = (event: ChangeEvent<HTMLTextAreaElement>) => {
    onChange({ text: event.target.value, mentions: mentions.current });
    look();
  };

  const accept = (suggestion: Suggestion) => {
    const field = area.current;
    if (!field || !query) return;
    let insert: string;
    if ('mention' in suggestion) {
      // What is being typed gives way to the name: it takes none away.
      const rest = field.value.slice(0, query.from) + field.value.slice(field.selectionStart);
      const { name, mentions: all } = named({ text: rest, mentions: mentions.current }, suggestion.mention);
      mentions.current = all;
      insert = name;
    } else insert = suggestion.insert;
    const space = field.value[field.selectionStart] === ' ' ? '' : ' ';
    const caret = query.from + insert.length + 1;
    change({ from: query.from, to: field.selectionStart, insert: insert + space, select: [caret, caret] });
    setQuery(null);
  };

  const pressed = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    // 229: Safari tells the end of a composition before its last key.
    if (event.nativeEvent.isComposing || event.keyCode === 229 || readOnly) return;
    const field = event.currentTarget;
    if (chosen && pressedInList(event, chosen)) {
      event.preventDefault();
      return;
    }
    const command = event.ctrlKey || event.metaKey;
    const marker =
      command && !event.altKey && (event.shiftKey ? (event.key.toLowerCase() === 'x' ? '~~' : undefined) : markers[event.key.toLowerCase()]);
    if (marker) {
      event.preventDefault();
      change(toggled(field.value, field.selectionStart, field.selectionEnd, marker));
    } else if (event.key === 'Enter' && !command && !event.altKey) {
      if (!event.shiftKey && !hasTouchKeyboard()) {
        event.preventDefault();
        if (!event.repeat) onSubmit();
      } else if (field.selectionStart === field.selectionEnd) {
        const next = continued(field.value, field.selectionStart);
        if (next) {
          event.preventDefault();
          change(next);
        }
      }
    } else if (event.key === 'Escape' && onCancel) {
      event.preventDefault();
      onCancel();
    } else if (event.key === 'ArrowUp' && field.value === '' && !command && !event.shiftKey && !event.altKey && onArrowUpInEmpty) {
      event.preventDefault();
      onArrowUpInEmpty();
    }
  };

  /** Whether a key was meant for the suggestions. */
  const pressedInList = (event: KeyboardEvent, suggestion: Suggestion): boolean => {
    const count = suggestions.length;
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    switch (event.key) {
      case 'ArrowDown':
        setActive((active + 1) % count);
        return !event.shiftKey;
      case 'ArrowUp':
        setActive((Math.min(active, count - 1) - 1 + count) % count);
        return !event.shiftKey;
      case 'Enter':
      case 'Tab':
        if (event.shiftKey) return false;
        accept(suggestion);
        return true;
      case 'Escape':
        setDismissed(query?.from ?? null);
        return true;
      // A whole name needs no choosing.
      case ' ':
      case ':': {
        if ((event.key === ':') !== (suggestion.kind === 'emoji') || !query) return false;
        const exact = suggestions.filter((one) => isNamedExactly(one, query.text));
        if (exact.length !== 1 || !exact[0]) return false;
        accept(exact[0]);
        return true;
      }
      default:
        return false;
    }
  };

  const pasted = (event: ClipboardEvent) => {
    const files = [...event.clipboardData.files];
    // A program that copies text may add a picture of it.
    if (files.length === 0 || !onPasteFiles || event.clipboardData.types.includes('text/plain')) return;
    event.preventDefault();
    onPasteFiles(files);
  };

  return (
    <div className={cx(styles.editor, className)}>
      <textarea
        ref={area}
        rows={1}
        dir="auto"
        spellCheck
        autoComplete="off"
        aria-label={label}
        aria-describedby={left < counted ? counterId : undefined}
        aria-invalid={left < 0 || undefined}
        aria-autocomplete="list"
        aria-haspopup="listbox"
        aria-controls={chosen ? listId : undefined}
        aria-activedescendant={chosen ? optionId(listId, chosen) : undefined}
        placeholder={placeholder}
        readOnly={readOnly}
        value={value.text}
        onChange={changed}
        onKeyDown={pressed}
        onSelect={look}
        onPaste={pasted}
        onBlur={() => {
          setQuery(null);
          onBlur?.();
        }}
        className={styles.area}
      />
      {left < counted && (
        <span id={counterId} className={cx(styles.counter, left < 0 && styles.over)}>
          <span aria-hidden="true">{left}</span>
          <span className="visually-hidden">{left < 0 ? composer.charactersTooMany(-left) : composer.charactersLeft(left)}</span>
        </span>
      )}
      {chosen && query && (
        <SuggestionList id={listId} kind={query.kind} anchor={area} items={suggestions} active={chosen} onHover={setActive} onPick={accept} />
      )}
    </div>
  );
}

/** As if it were typed: what was there before can be had back by undo. */
function replace(field: HTMLTextAreaElement, { from, to, insert, select }: Change): void {
  field.setSelectionRange(from, to);
  const typed = insert === '' ? from === to || document.execCommand('delete') : document.execCommand('insertText', false, insert);
  if (!typed) {
    field.setRangeText(insert);
    field.dispatchEvent(new InputEvent('input', { bubbles: true }));
  }
  field.setSelectionRange(...select);
}

const growsByItself = typeof CSS !== 'undefined' && CSS.supports('field-sizing', 'content');

/** The style sheet bounds it. */
function grow(field: HTMLTextAreaElement, _text: string): void {
  field.style.height = 'auto';
  field.style.height = `${field.scrollHeight}px`;
}

function hasTouchKeyboard(): boolean {
  return matchMedia('(hover: none) and (pointer: coarse)').matches;
}
