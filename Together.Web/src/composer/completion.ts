import { isInFence } from './formats';

/** What is being looked for at the caret. */
export interface Query {
  kind: 'mention' | 'channel' | 'emoji';
  /** Where the sign before it stands. */
  from: number;
  text: string;
}

const kinds = { '@': 'mention', '#': 'channel', ':': 'emoji' } as const;

/** Names have up to 32 characters, shortcodes up to 36. */
const longest = 40;

/** Two letters at least: `:)` and `:D` are no names. */
const shortcode = /^[a-z0-9_+-]{2,}$/i;
const pattern = /(?:^|[^\p{L}\p{N}\p{M}_<>/\\@#:&])([@#:])([^\s@#:]*)$/u;

/** The name that is being typed at the caret, or null. */
export function queryAt(text: string, caret: number): Query | null {
  if (/[\p{L}\p{N}_]/u.test(text.charAt(caret))) return null;
  const match = pattern.exec(text.slice(Math.max(0, caret - longest), caret));
  if (!match) return null;
  const [, sign, query = ''] = match;
  const kind = kinds[sign as keyof typeof kinds];
  if (kind === 'emoji' && !shortcode.test(query)) return null;
  return isInCode(text, caret) ? null : { kind, from: caret - query.length - 1, text: query };
}

function isInCode(text: string, caret: number): boolean {
  if (isInFence(text, caret)) return true;
  const line = text.slice(text.lastIndexOf('\n', caret - 1) + 1, caret);
  return line.replaceAll('```', '').split('`').length % 2 === 0;
}

export function isSame(a: Query | null, b: Query | null): boolean {
  return a === b || (a !== null && b !== null && a.kind === b.kind && a.from === b.from && a.text === b.text);
}
