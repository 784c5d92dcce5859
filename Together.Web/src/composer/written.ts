import { type MarkdownNode, parse } from '@/markdown/parse';

/** What the text in the editor calls somebody, `@Ada` or `#general`, to what it means on the wire: `<@id>`, `<@&id>`, `<#id>`. */
export type Mentions = Readonly<Record<string, string>>;

/** Text as its writer sees it. What is not in {@link mentions} is just text. */
export interface Written {
  text: string;
  mentions: Mentions;
}

export const nothingWritten: Written = { text: '', mentions: {} };

/** Names for what a message mentions; null for whom one does not know. */
export interface Names {
  user(id: string): { name: string; username: string } | null;
  role(id: string): string | null;
  channel(id: string): string | null;
}

/** These mean somebody by themselves. */
const taken = new Set(['@everyone', '@here']);

/** A letter beside a name makes another word of it, but not in a script that writes without spaces or hangs its particles on names. */
const wordCharacter =
  /^(?!\p{scx=Han}|\p{scx=Hiragana}|\p{scx=Katakana}|\p{scx=Hangul}|\p{scx=Thai}|\p{scx=Lao}|\p{scx=Khmer}|\p{scx=Myanmar})[\p{L}\p{N}\p{M}_]$/u;

interface Part {
  readable: string;
  /** Null for plain text. */
  wire: string | null;
}

/** What is sent. A name that was changed after it was chosen, or stands in code, is sent as it reads. */
export function toWire({ text, mentions }: Written): string {
  const names = Object.keys(mentions).filter((name) => text.includes(name));
  if (names.length === 0) return text;
  const parts = divided(text, names, mentions);
  const code = codeRanges(parse(parts.map(({ readable, wire }) => wire ?? readable).join('')));
  let at = 0;
  let sent = '';
  for (const { readable, wire } of parts) {
    const part = wire ?? readable;
    sent += wire && code.some(([from, to]) => at >= from && at < to) ? readable : part;
    at += part.length;
  }
  return sent;
}

function divided(text: string, names: readonly string[], mentions: Mentions): Part[] {
  // A longer name first: it may begin with a shorter one.
  const candidates = [...names].sort((a, b) => b.length - a.length);
  const parts: Part[] = [];
  let plainFrom = 0;
  for (let at = 0; at < text.length; ) {
    const name = candidates.find((candidate) => text.startsWith(candidate, at) && standsAlone(text, at, at + candidate.length));
    if (!name) {
      at++;
      continue;
    }
    parts.push({ readable: text.slice(plainFrom, at), wire: null }, { readable: name, wire: mentions[name] ?? null });
    at += name.length;
    plainFrom = at;
  }
  return [...parts, { readable: text.slice(plainFrom), wire: null }];
}

function standsAlone(text: string, from: number, to: number): boolean {
  const before = [...text.slice(Math.max(0, from - 2), from)].at(-1) ?? '';
  const [after = ''] = text.slice(to, to + 2);
  return before !== '\\' && before !== '/' && !wordCharacter.test(before) && !wordCharacter.test(after);
}

/** A message as its author edits it. */
export function fromWire(content: string, names: Names): Written {
  let written: Written = nothingWritten;
  let from = 0;
  for (const { start, raw, mention } of mentionsIn(parse(content), names)) {
    const before = { ...written, text: written.text + content.slice(from, start) };
    // What already reads like a name was no mention, and shall not become one.
    const { name, mentions } = named({ ...before, text: `${content}\n${before.text}` }, { ...mention, wire: raw });
    written = { text: before.text + name, mentions };
    from = start + raw.length;
  }
  return { ...written, text: written.text + content.slice(from) };
}

interface Found {
  start: number;
  raw: string;
  mention: Omit<Mention, 'wire'>;
}

function mentionsIn(nodes: readonly MarkdownNode[], names: Names): Found[] {
  return nodes.flatMap((node): Found[] => {
    switch (node.type) {
      case 'userMention': {
        const user = names.user(node.id);
        return user ? [{ start: node.start, raw: node.text, mention: { sign: '@', name: user.name, distinction: user.username } }] : [];
      }
      case 'roleMention':
      case 'channelMention': {
        const sign = node.type === 'roleMention' ? '@' : '#';
        const name = node.type === 'roleMention' ? names.role(node.id) : names.channel(node.id);
        return name ? [{ start: node.start, raw: node.text, mention: { sign, name } }] : [];
      }
      default:
        return childrenOf(node).flatMap((children) => mentionsIn(children, names));
    }
  });
}

function childrenOf(node: MarkdownNode): readonly MarkdownNode[][] {
  if ('children' in node) return [node.children];
  return 'items' in node ? node.items : [];
}

function codeRanges(nodes: readonly MarkdownNode[]): [from: number, to: number][] {
  return nodes.flatMap((node): [number, number][] =>
    node.type === 'code' || node.type === 'codeBlock' ? [[node.start, node.start + node.text.length]] : childrenOf(node).flatMap(codeRanges),
  );
}

export interface Mention {
  sign: '@' | '#';
  name: string;
  /** Tells two of one name apart. */
  distinction?: string;
  wire: string;
}

/** A name for a mention that means nobody else in this text. */
export function named({ text, mentions }: Written, { sign, name, distinction, wire }: Mention): { name: string; mentions: Mentions } {
  const isFree = (candidate: string) => {
    if (taken.has(candidate)) return false;
    if (mentions[candidate] === wire || !text.includes(candidate)) return true;
    return !divided(text, [...Object.keys(mentions), candidate], { ...mentions, [candidate]: wire }).some(({ readable }) => readable === candidate);
  };
  let chosen = sign + name;
  if (!isFree(chosen) && distinction) chosen = `${sign}${name} (${distinction})`;
  for (let number = 2; !isFree(chosen); number++) chosen = `${sign}${name} (${number})`;
  return { name: chosen, mentions: { ...mentions, [chosen]: wire } };
}

/** UTF-16 code units of what would be sent, as the host counts them. */
export function wireLength(written: Written): number {
  return toWire(written).trim().length;
}

/** How many more may be written; less than 0 above the maximum. Far from the end it is not counted: that would be done with every key. */
export function charactersLeft(written: Written, maximum: number): number {
  const atMost = written.text.length + Object.keys(written.mentions).length * longestMention;
  return atMost < maximum / 2 ? maximum - written.text.length : maximum - wireLength(written);
}

/** `<@&`, a UUID and `>`. */
const longestMention = 40;

/** Without the names that are not in the text any more. */
export function tidied({ text, mentions }: Written): Written {
  const used = Object.entries(mentions).filter(([name]) => text.includes(name));
  return { text, mentions: Object.fromEntries(used) };
}
