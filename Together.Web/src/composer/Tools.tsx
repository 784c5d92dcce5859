import { Paperclip, Plus, SendHorizontal, Type } from 'lucide-react';
import { lazy, memo, Suspense, useRef, useState } from 'react';
import { composer } from '@/strings/composer';
import { IconButton, Menu, MenuItem, Popover, SkeletonText } from '@/ui';
import styles from './Composer.module.css';
import { EmojiButton } from './EmojiPicker';

const FormatHelp = lazy(() => import('./FormatHelp'));

/** The latest of a function under one name, so that what does not change is not drawn with every key. */
function useLatest<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void {
  const latest = useRef(callback);
  latest.current = callback;
  const [stable] = useState(
    () =>
      (...args: A) =>
        latest.current(...args),
  );
  return stable;
}

interface LeadingProps {
  mayAttach: boolean;
  onFiles: (files: File[]) => void;
}

export function LeadingTools({ mayAttach, onFiles }: LeadingProps) {
  return <Leading mayAttach={mayAttach} onFiles={useLatest(onFiles)} />;
}

const Leading = memo(function Leading({ mayAttach, onFiles }: LeadingProps) {
  const input = useRef<HTMLInputElement>(null);
  const place = useRef<HTMLSpanElement>(null);
  const [showsHelp, setShowsHelp] = useState(false);
  return (
    <span ref={place} className={styles.tools}>
      <Menu
        side="top"
        trigger={
          <IconButton label={composer.add}>
            <Plus />
          </IconButton>
        }
      >
        {mayAttach && (
          <MenuItem icon={<Paperclip />} onSelect={() => input.current?.click()}>
            {composer.upload}
          </MenuItem>
        )}
        <MenuItem icon={<Type />} onSelect={() => setShowsHelp(true)}>
          {composer.formatting}
        </MenuItem>
      </Menu>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          // So that the same file can be chosen again.
          event.target.value = '';
        }}
      />
      <Popover anchor={place} label={composer.formatting} side="top" align="start" open={showsHelp} onOpenChange={setShowsHelp}>
        <Suspense fallback={<SkeletonText lines={8} />}>
          <FormatHelp />
        </Suspense>
      </Popover>
    </span>
  );
});

interface TrailingProps {
  canSend: boolean;
  isSending: boolean;
  onEmoji: (emoji: string) => void;
  onSend: () => void;
}

export function TrailingTools({ onEmoji, onSend, ...props }: TrailingProps) {
  return <Trailing {...props} onEmoji={useLatest(onEmoji)} onSend={useLatest(onSend)} />;
}

const Trailing = memo(function Trailing({ canSend, isSending, onEmoji, onSend }: TrailingProps) {
  return (
    <span className={styles.tools}>
      <EmojiButton onPick={onEmoji} />
      <IconButton
        label={composer.send}
        variant={canSend ? 'primary' : 'ghost'}
        aria-disabled={!canSend || undefined}
        busy={isSending}
        onClick={onSend}
        // The text keeps the focus, and a phone its keyboard.
        onPointerDown={(event) => event.preventDefault()}
        className={styles.send}
      >
        <SendHorizontal />
      </IconButton>
    </span>
  );
});
