/** What a search is narrowed down by, as it is typed: `from:ada`, `in:"book club"`. */
export const filterKeys = ['from', 'in', 'mentions', 'has', 'before', 'after'] as const;

export type FilterKey = (typeof filterKeys)[number];

export interface TypedFilter {
  key: FilterKey;
  value: string;
}

export interface ParsedQuery {
  /** The rest, as the host takes it (search.md, "Words"). */
  words: string;
  filters: TypedFilter[];
}

export interface LastToken {
  /** Where it starts in the text; its end for none. */
  start: number;
  key: FilterKey | null;
  /** What follows the colon, or the whole token. */
  value: string;
  /** Nothing more can belong to it. */
  isClosed: boolean;
}

interface Token extends LastToken {
  end: number;
}

/** Words and filters apart. A filter without a value is left out: somebody is still typing it. */
export function parseQuery(text: string): ParsedQuery {
  const words: string[] = [];
  const filters: TypedFilter[] = [];
  for (const { start, end, key, value } of tokens(text)) {
    if (!key) words.push(text.slice(start, end));
    else if (value) filters.push({ key, value });
  }
  return { words: words.join(' '), filters };
}

/** The inverse of {@link parseQuery}: filters first. */
export function formatQuery({ words, filters }: ParsedQuery): string {
  return [...filters.map(formatFilter), words].filter(Boolean).join(' ');
}

export function formatFilter({ key, value }: TypedFilter): string {
  const isPlain = /^[^\s"\\]+$/.test(value);
  return `${key}:${isPlain ? value : `"${value.replace(/[\\"]/g, '\\$&')}"`}`;
}

/** What is being typed at the end of the text. */
export function lastToken(text: string): LastToken {
  const last = tokens(text).at(-1);
  return last && last.end === text.length ? last : { start: text.length, key: null, value: '', isClosed: false };
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  for (let at = 0; at < text.length; ) {
    if (/\s/.test(text.charAt(at))) {
      at++;
      continue;
    }
    const token = filterAt(text, at) ?? wordAt(text, at);
    found.push(token);
    at = token.end;
  }
  return found;
}

function filterAt(text: string, start: number): Token | null {
  const lower = text.slice(start, start + 10).toLowerCase();
  const key = filterKeys.find((name) => lower.startsWith(`${name}:`));
  if (!key) return null;
  const from = start + key.length + 1;
  if (text.charAt(from) === '"') {
    let value = '';
    let at = from + 1;
    for (; at < text.length && text.charAt(at) !== '"'; at++) {
      if (text.charAt(at) === '\\' && at + 1 < text.length) at++;
      value += text.charAt(at);
    }
    const isClosed = at < text.length;
    return { start, end: isClosed ? at + 1 : at, key, value, isClosed };
  }
  const end = endOfWord(text, from);
  return { start, end, key, value: text.slice(from, end), isClosed: false };
}

/** A word, or a phrase in quotes; either may begin with a minus. */
function wordAt(text: string, start: number): Token {
  const from = text.charAt(start) === '-' ? start + 1 : start;
  let end: number;
  let isClosed = false;
  if (text.charAt(from) === '"') {
    const quote = text.indexOf('"', from + 1);
    isClosed = quote >= 0;
    end = isClosed ? quote + 1 : text.length;
  } else end = endOfWord(text, from);
  end = Math.max(end, start + 1);
  return { start, end, key: null, value: text.slice(start, end), isClosed };
}

function endOfWord(text: string, from: number): number {
  const space = text.slice(from).search(/\s/);
  return space < 0 ? text.length : from + space;
}
