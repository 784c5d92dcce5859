import { Smile } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { composer } from '@/strings/composer';
import { ErrorState, IconButton, type IconButtonProps, Loading, Popover, Skeleton } from '@/ui';
import styles from './EmojiPicker.module.css';
import { type EmojiSet, loadEmoji, rememberPicked } from './emoji';

type Grid = typeof import('./EmojiGrid').EmojiGrid;
type Loaded = { Grid: Grid; emoji: EmojiSet };

let loaded: Loaded | null = null;

async function load(): Promise<Loaded> {
  const [{ EmojiGrid }, emoji] = await Promise.all([import('./EmojiGrid'), loadEmoji()]);
  loaded = { Grid: EmojiGrid, emoji };
  return loaded;
}

/** All emoji that the host takes, to be put into a `Popover`. What it needs is fetched when it is first shown. */
export function EmojiPicker({ onPick }: { onPick: (emoji: string) => void }) {
  const [ready, setReady] = useState(loaded);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    if (ready || failed) return;
    let isShown = true;
    load().then(
      (now) => isShown && setReady(now),
      () => isShown && setFailed(true),
    );
    return () => {
      isShown = false;
    };
  }, [ready, failed]);
  const pick = (emoji: string) => {
    rememberPicked(emoji);
    onPick(emoji);
  };
  return (
    <div className={styles.picker}>
      {failed ? (
        <div className={styles.failed}>
          <ErrorState title={composer.emojiFailed} body={composer.emojiFailedHint} onRetry={() => setFailed(false)} />
        </div>
      ) : ready ? (
        <ready.Grid emoji={ready.emoji} onPick={pick} />
      ) : (
        <EmojiSkeleton />
      )}
    </div>
  );
}

export function EmojiSkeleton() {
  return (
    <Loading label={composer.loadingEmoji} className={styles.skeleton}>
      {Array.from({ length: 64 }, (_, cell) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: cells have no other identity
        <Skeleton key={cell} width={28} height={28} round />
      ))}
    </Loading>
  );
}

export interface EmojiButtonProps extends Pick<IconButtonProps, 'size' | 'tooltipSide' | 'className' | 'disabled'> {
  label?: string;
  onPick: (emoji: string) => void;
  side?: 'top' | 'right' | 'bottom' | 'left';
  align?: 'start' | 'center' | 'end';
  onOpenChange?: (open: boolean) => void;
  icon?: ReactNode;
}

/** A button that opens the picker, which closes when one is picked. */
export function EmojiButton({ label = composer.emoji, onPick, side = 'top', align = 'end', onOpenChange, icon, ...button }: EmojiButtonProps) {
  const [open, setOpen] = useState(false);
  const change = (next: boolean) => {
    setOpen(next);
    onOpenChange?.(next);
  };
  return (
    <Popover
      trigger={
        <IconButton label={label} {...button}>
          {icon ?? <Smile />}
        </IconButton>
      }
      label={label}
      side={side}
      align={align}
      open={open}
      onOpenChange={change}
      flush
    >
      <EmojiPicker
        onPick={(emoji) => {
          change(false);
          onPick(emoji);
        }}
      />
    </Popover>
  );
}
