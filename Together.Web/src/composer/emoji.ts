import type { EmojiData, SkinTone } from 'frimousse';

/** In the order of emojibase's `tone`. */
export const skinTones = ['none', 'light', 'medium-light', 'medium', 'medium-dark', 'dark'] as const satisfies readonly SkinTone[];

export interface NamedEmoji {
  emoji: string;
  label: string;
  shortcodes: readonly string[];
}

export interface EmojiSet {
  /** As frimousse takes it. */
  data: EmojiData;
  /** In the order of the keyboards. */
  named: readonly NamedEmoji[];
}

interface Entry {
  emoji: string;
  hexcode: string;
  label: string;
  group?: number;
  order?: number;
  tags?: string[];
  version: number;
  skins?: { emoji: string; tone: number | number[] }[];
}

interface Messages {
  groups: { key: string; message: string; order: number }[];
  skinTones: { key: Exclude<SkinTone, 'none'>; message: string }[];
}

export type Shortcodes = Record<string, string | string[]>;

let loading: Promise<EmojiSet> | null = null;

/** The emoji with their names, fetched once. Rejects when they cannot be fetched; the next call tries again. */
export function loadEmoji(): Promise<EmojiSet> {
  loading ??= Promise.all([fetched<Entry[]>('data'), fetched<Messages>('messages'), fetched<Shortcodes>('shortcodes/github')])
    .then(([entries, messages, shortcodes]) => emojiSet(entries, messages, shortcodes, isDrawn))
    .catch((error: unknown) => {
      loading = null;
      throw error;
    });
  return loading;
}

async function fetched<T>(name: string): Promise<T> {
  const response = await fetch(`/emoji/en/${name}.json`);
  if (!response.ok) throw new Error(`${response.status}`);
  return (await response.json()) as T;
}

/** @param draws whether this device has a picture for an emoji: asked for one of each version of Unicode, and for flags */
export function emojiSet(entries: readonly Entry[], messages: Messages, shortcodes: Shortcodes, draws: (emoji: string) => boolean): EmojiSet {
  const component = messages.groups.find(({ key }) => key === 'component')?.order;
  // Letters of flags and tones of skin are parts of emoji, not emoji.
  const whole = entries.filter(({ group }) => group !== undefined && group !== component);
  const versions = new Map<number, boolean>();
  // Some systems have no flags of countries, whatever their version.
  const flags = draws('🇪🇺');
  for (const { version, emoji } of whole) if (!versions.has(version) && !isFlag(emoji)) versions.set(version, draws(emoji));
  const drawn = whole
    .filter(({ version, emoji }) => versions.get(version) && (flags || !isFlag(emoji)))
    .sort((a, b) => (a.order ?? 0) - (b.order ?? 0));
  const namesOf = ({ hexcode, label }: Entry) => {
    const names = shortcodes[hexcode];
    return names ? [names].flat() : [label.replace(/[^a-z0-9]+/gi, '_').toLowerCase()];
  };
  return {
    named: drawn.map((entry) => ({ emoji: qualified(entry.emoji), label: entry.label, shortcodes: namesOf(entry) })),
    data: {
      locale: 'en',
      emojis: drawn.map((entry) => ({
        emoji: qualified(entry.emoji),
        category: entry.group ?? 0,
        label: capitalised(entry.label),
        version: entry.version,
        tags: [...(entry.tags ?? []), ...namesOf(entry)],
        ...(entry.skins ? { skins: skinsOf(entry.skins) } : {}),
      })),
      categories: messages.groups
        .filter(({ order }) => order !== component)
        .map(({ order, message }) => ({ index: order, label: capitalised(message) })),
      skinTones: Object.fromEntries(messages.skinTones.map(({ key, message }) => [key, capitalised(message)])) as EmojiData['skinTones'],
    },
  };
}

function isFlag(emoji: string): boolean {
  return /^\p{RI}{2}$/u.test(emoji);
}

type Skins = Record<Exclude<SkinTone, 'none'>, string>;

/** Of two people of different skin there is no entry: one tone is chosen for all. */
function skinsOf(skins: NonNullable<Entry['skins']>): Skins {
  return Object.fromEntries(
    skins.flatMap(({ emoji, tone }) => (typeof tone === 'number' ? [[skinTones[tone] ?? 'none', qualified(emoji)]] : [])),
  ) as Skins;
}

/** The host's spelling (UTS #51, ED-18): no selector behind what is an emoji without it. */
export function qualified(emoji: string): string {
  return emoji.replace(/(\p{Emoji_Presentation})\uFE0F/gu, '$1');
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A colour picture stays as it is whatever the ink, and is one character wide: what the font lacks is drawn as several, or as a box. */
function isDrawn(emoji: string): boolean {
  const size = 16;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = size;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return true;
  context.textBaseline = 'top';
  context.font = `${size - 4}px "Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif`;
  if (context.measureText(emoji).width > 1.5 * context.measureText('🙂').width) return false;
  const inked = (ink: string) => {
    context.clearRect(0, 0, size, size);
    context.fillStyle = ink;
    context.fillText(emoji, 0, 0);
    return context.getImageData(0, 0, size, size).data.join();
  };
  return inked('red') === inked('blue');
}

// ---- what this device remembers ----

const key = 'together.emoji';
export const recentMax = 16;

interface Remembered {
  recent: readonly string[];
  skinTone: SkinTone;
}

export function remembered(): Remembered {
  try {
    const { recent, skinTone } = JSON.parse(localStorage.getItem(key) ?? '{}') as Partial<Remembered>;
    return {
      recent: Array.isArray(recent) ? recent.filter((emoji) => typeof emoji === 'string').slice(0, recentMax) : [],
      skinTone: skinTones.find((tone) => tone === skinTone) ?? 'none',
    };
  } catch {
    return { recent: [], skinTone: 'none' };
  }
}

function remember(change: Partial<Remembered>): void {
  try {
    localStorage.setItem(key, JSON.stringify({ ...remembered(), ...change }));
  } catch {
    // Without storage the next picker starts afresh.
  }
}

export function rememberPicked(emoji: string): void {
  remember({ recent: [emoji, ...remembered().recent.filter((other) => other !== emoji)].slice(0, recentMax) });
}

export function rememberSkinTone(skinTone: SkinTone): void {
  remember({ skinTone });
}
