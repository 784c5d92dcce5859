import { EmojiPicker, type EmojiPickerListCategoryHeaderProps, type EmojiPickerListEmojiProps, type EmojiPickerListRowProps } from 'frimousse';
import { Apple, Flag, Hash, Lightbulb, PawPrint, Plane, Search, Smile, Trophy, UserRound } from 'lucide-react';
import { type AriaAttributes, type ComponentType, type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { composer } from '@/strings/composer';
import { tooltipAttributes } from '@/ui/Tooltip';
import { EmojiSkeleton } from './EmojiPicker';
import styles from './EmojiPicker.module.css';
import { type EmojiSet, remembered, rememberSkinTone, skinTones } from './emoji';

const columns = 8;
/** As in the style sheet, in pixels. */
const cell = 38;
const header = 30;

/** By emojibase's number of the group. */
const icons: Record<number, ComponentType> = { 0: Smile, 1: UserRound, 3: PawPrint, 4: Apple, 5: Plane, 6: Trophy, 7: Lightbulb, 8: Hash, 9: Flag };

/** The picker itself: what makes it large is in its own chunk. */
export function EmojiGrid({ emoji, onPick }: { emoji: EmojiSet; onPick: (emoji: string) => void }) {
  const [{ recent, skinTone: remaining }] = useState(remembered);
  const [skinTone, setSkinTone] = useState(remaining);
  const [isSearching, setSearching] = useState(false);
  const [choosesTone, setChoosesTone] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const viewport = useRef<HTMLDivElement>(null);
  const [resolve] = useState(() => () => emoji.data);

  // Where the keyboard covers half of the screen, only a tap opens it.
  useEffect(() => {
    if (!matchMedia('(pointer: coarse)').matches) search.current?.focus();
  }, []);

  const show = (category: number) => viewport.current?.scrollTo({ top: topOf(emoji, category) });

  return (
    <EmojiPicker.Root
      className={styles.root}
      columns={columns}
      skinTone={skinTone}
      resolveEmojiData={resolve}
      onEmojiSelect={(picked) => onPick(picked.emoji)}
    >
      <div className={styles.top}>
        <Search size={16} aria-hidden="true" />
        <EmojiPicker.Search
          ref={search}
          className={styles.search}
          aria-label={composer.searchEmoji}
          placeholder={composer.searchEmoji}
          onChange={(event) => setSearching(event.target.value.trim() !== '')}
        />
      </div>
      {!isSearching && (
        <>
          <div className={styles.categories} role="toolbar" aria-label={composer.emojiCategories} onKeyDown={rove}>
            {emoji.data.categories.map(({ index, label }, place) => {
              const Icon = icons[index];
              return (
                <button
                  key={index}
                  type="button"
                  tabIndex={place === 0 ? 0 : -1}
                  className={styles.category}
                  aria-label={label}
                  {...tooltipAttributes(label)}
                  onClick={() => show(index)}
                >
                  {Icon ? <Icon aria-hidden="true" /> : label}
                </button>
              );
            })}
          </div>
          {recent.length > 0 && <Recent emoji={recent.slice(0, columns)} onPick={onPick} />}
        </>
      )}
      <div className={styles.body}>
        <EmojiPicker.Viewport ref={viewport} tabIndex={0} className={styles.viewport}>
          <EmojiPicker.Loading>
            <EmojiSkeleton />
          </EmojiPicker.Loading>
          <EmojiPicker.Empty>{({ search: text }) => <span className={styles.empty}>{composer.noEmoji(text)}</span>}</EmojiPicker.Empty>
          <EmojiPicker.List aria-label={composer.emoji} components={components} />
        </EmojiPicker.Viewport>
      </div>
      <div className={styles.bottom}>
        {choosesTone ? (
          <Tones
            chosen={skinTone}
            onChoose={(tone) => {
              setSkinTone(tone);
              rememberSkinTone(tone);
              setChoosesTone(false);
              search.current?.focus();
            }}
          />
        ) : (
          <>
            <EmojiPicker.ActiveEmoji>
              {({ emoji: active }) => (
                <>
                  {active && (
                    <span className={styles.active} aria-hidden="true">
                      {active.emoji}
                    </span>
                  )}
                  <span className={styles.label}>{active?.label ?? composer.emojiHint}</span>
                </>
              )}
            </EmojiPicker.ActiveEmoji>
            <button
              type="button"
              className={styles.tone}
              aria-label={composer.skinTone(composer.skinTones[skinTone])}
              {...tooltipAttributes(composer.skinTone(composer.skinTones[skinTone]))}
              onClick={() => setChoosesTone(true)}
            >
              {hands[skinTone]}
            </button>
          </>
        )}
      </div>
    </EmojiPicker.Root>
  );
}

/** Where a category begins in the list. */
function topOf({ data }: EmojiSet, category: number): number {
  let top = 0;
  for (const { index } of data.categories) {
    if (index === category) return top;
    const count = data.emojis.filter((one) => one.category === index).length;
    top += count > 0 ? header + Math.ceil(count / columns) * cell : 0;
  }
  return top;
}

/** frimousse counts rows and columns from zero, screen readers from one. */
function counted<T extends AriaAttributes>(props: T): T {
  const { 'aria-rowindex': row, 'aria-colindex': column } = props;
  return { ...props, ...(row !== undefined && { 'aria-rowindex': row + 1 }), ...(column !== undefined && { 'aria-colindex': column + 1 }) };
}

const components = {
  CategoryHeader: ({ category, ...props }: EmojiPickerListCategoryHeaderProps) => (
    <div {...props} className={styles.heading}>
      {category.label}
    </div>
  ),
  Row: (props: EmojiPickerListRowProps) => <div {...counted(props)} className={styles.row} />,
  Emoji: ({ emoji, ...props }: EmojiPickerListEmojiProps) => (
    <button type="button" {...counted(props)} className={styles.emoji}>
      {emoji.emoji}
    </button>
  ),
};

function Recent({ emoji, onPick }: { emoji: readonly string[]; onPick: (emoji: string) => void }) {
  return (
    <div className={styles.recent} role="toolbar" aria-label={composer.recentEmoji} onKeyDown={rove}>
      <div className={styles.heading} aria-hidden="true">
        {composer.recentEmoji}
      </div>
      <div className={styles.row}>
        {emoji.map((one, index) => (
          <button key={one} type="button" className={styles.emoji} tabIndex={index === 0 ? 0 : -1} onClick={() => onPick(one)}>
            {one}
          </button>
        ))}
      </div>
    </div>
  );
}

const hands = { none: '✋', light: '✋🏻', 'medium-light': '✋🏼', medium: '✋🏽', 'medium-dark': '✋🏾', dark: '✋🏿' };

function Tones({ chosen, onChoose }: { chosen: keyof typeof hands; onChoose: (tone: keyof typeof hands) => void }) {
  const group = useRef<HTMLDivElement>(null);
  useEffect(() => group.current?.querySelector<HTMLElement>('[aria-checked="true"]')?.focus(), []);
  return (
    <div ref={group} className={styles.tones} role="radiogroup" aria-label={composer.skinTone(composer.skinTones[chosen])} onKeyDown={rove}>
      {skinTones.map((tone) => (
        // biome-ignore lint/a11y/useSemanticElements: a press chooses, an arrow only looks
        <button
          key={tone}
          type="button"
          role="radio"
          aria-checked={tone === chosen}
          aria-label={composer.skinTones[tone]}
          tabIndex={tone === chosen ? 0 : -1}
          className={styles.tone}
          onClick={() => onChoose(tone)}
        >
          {hands[tone]}
        </button>
      ))}
    </div>
  );
}

/** The arrow keys move within a row of buttons. */
function rove(event: KeyboardEvent<HTMLElement>) {
  const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
  if (step === 0) return;
  const buttons = [...event.currentTarget.querySelectorAll('button')];
  const index = buttons.indexOf(document.activeElement as HTMLButtonElement);
  buttons[(index + step + buttons.length) % buttons.length]?.focus();
  event.preventDefault();
}
