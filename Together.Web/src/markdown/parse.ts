import type { ListNode, MarkdownNode, SpanNode, TextNode, TimestampStyle } from './nodes.ts';

export type * from './nodes.ts';

/** `>>> ` within `>>> `; deeper ones are text. */
const maxQuoteDepth = 4;
const maxListDepth = 10;
/** What a `Date` can hold: 8.64e15 ms (ECMA-262, Time Values). */
const maxSeconds = 8.64e12;
/** What the `start` of an `<ol>` can hold. */
const maxNumber = 2 ** 31 - 1;

const fence = '```';
const blockStart = /#{1,3} |-# |(?: {2})*(?:[-*]|\d+\.) /y;
const item = /((?: {2})*)(?:[-*]|(\d+)\.) /y;
const language = /([A-Za-z0-9_+\-.#]+)\r?\n/y;
const everyone = /@(everyone|here)(?![A-Za-z0-9_])/y;
const tag = /<(?:(@&?|#)([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})|t:(-?\d{1,20})(?::([tTdDfFR]))?)>/y;
const wordCharacter = /[\p{L}\p{N}\p{M}]/u;
const whiteSpace = /\s/;
/** In a link's title these would be a mention or code, of which the host knows nothing there. */
const notInTitle = /[`\n]|<[@#]|@(?:everyone|here)/;

const special = characterSet('\\`<h@[]*_~|\r\n');
const linkEnds = characterSet(' \t\r\n\v\f<>`"');
const trimmedFromLinks = characterSet(".,:;!?'*_~|\\");

type Marker = SpanNode['type'] | 'underscore' | 'bracket';

/**
 * The text of a message by docs/protocol/markdown.md. Total, and linear in the length of the content: what was read is not read again,
 * and what has no end is known to have none without looking for it anew.
 */
export function parse(content: string): MarkdownNode[] {
  return new Parser(content).blocks(false);
}

interface Opener {
  marker: Marker;
  /** Where in `out` its text stands, which is taken out when it is closed. */
  out: number;
  /** Where in the content. */
  at: number;
}

class Parser {
  private pos = 0;
  private quoteDepth = 0;
  /** The end of the URL last seen and of all that hangs on it: before it nothing is a mention, as the host sees it. */
  private linkEnd = 0;
  private lastRuns: Map<number, number> | undefined;

  // Of the inline text that is being read; its spans do not recur, so neither does the parser.
  private out: MarkdownNode[] = [];
  private textStart = 0;
  private openers: Opener[] = [];
  private readonly openAt: Record<Marker, number> = { bold: -1, italic: -1, underscore: -1, underline: -1, strike: -1, spoiler: -1, bracket: -1 };
  private brackets = 0;
  /** Brackets below it hold a link already. */
  private linked = 0;

  constructor(private readonly content: string) {}

  /** @param quoted Every line has `> ` before it; that of the first is read already. */
  blocks(quoted: boolean): MarkdownNode[] {
    const nodes: MarkdownNode[] = [];
    let lists: ListNode[] = [];
    while (true) {
      if (!quoted && this.mayQuoteRest(this.pos)) {
        this.pos += 4;
        this.quoteDepth++;
        nodes.push({ type: 'quote', children: this.blocks(false) });
        this.quoteDepth--;
        return nodes;
      }

      const { content } = this;
      const character = content[this.pos];
      if (!quoted && content.startsWith('> ', this.pos)) {
        lists = [];
        this.pos += 2;
        nodes.push({ type: 'quote', children: this.blocks(true) });
      } else if (!this.startsBlock(this.pos, true)) {
        lists = [];
        for (const node of this.inline(true, quoted)) nodes.push(node);
      } else if (character === '#') {
        lists = [];
        const level = (content.indexOf(' ', this.pos) - this.pos) as 1 | 2 | 3;
        this.pos += level + 1;
        nodes.push({ type: 'heading', level, children: this.inline(false, quoted) });
      } else if (content.startsWith('-# ', this.pos)) {
        lists = [];
        this.pos += 3;
        nodes.push({ type: 'subtext', children: this.inline(false, quoted) });
      } else {
        this.item(nodes, lists, quoted);
      }

      if (this.pos >= content.length) return nodes;
      if (quoted) {
        if (!content.startsWith('> ', this.pos)) return nodes;
        this.pos += 2;
      }
    }
  }

  /** @param lists Those that the line before stands in, the outermost first. */
  private item(nodes: MarkdownNode[], lists: ListNode[], quoted: boolean) {
    item.lastIndex = this.pos;
    const [whole = '', indent = '', number] = item.exec(this.content) ?? [];
    this.pos += whole.length;
    const ordered = number !== undefined;
    const level = Math.min(indent.length / 2, lists.length, maxListDepth - 1);
    lists.length = Math.min(lists.length, level + 1);
    let list = lists[level];
    if (list?.ordered !== ordered) {
      list = { type: 'list', ordered, start: Math.min(Number(number ?? 1), maxNumber), items: [] };
      (lists[level - 1]?.items.at(-1) ?? nodes).push(list);
      lists[level] = list;
    }
    list.items.push(this.inline(false, quoted));
  }

  private mayQuoteRest(at: number) {
    return this.quoteDepth < maxQuoteDepth && this.content.startsWith('>>> ', at);
  }

  private startsBlock(at: number, quoted: boolean) {
    if (!quoted && (this.content.startsWith('> ', at) || this.mayQuoteRest(at))) return true;
    blockStart.lastIndex = at;
    return blockStart.test(this.content);
  }

  /** @param paragraph Goes on over line feeds up to the next block. */
  private inline(paragraph: boolean, quoted: boolean): MarkdownNode[] {
    const { content } = this;
    this.out = [];
    this.textStart = this.pos;
    this.truncate(0);
    while (this.pos < content.length) {
      const code = content.charCodeAt(this.pos);
      if (!contains(special, code)) {
        this.pos++;
        continue;
      }
      switch (content[this.pos]) {
        case '\\':
          this.escape();
          break;
        case '`':
          this.code();
          break;
        case '<':
          this.angle();
          break;
        case '@':
          this.everyone();
          break;
        case 'h':
          this.bareLink();
          break;
        case '[':
          this.open('bracket', 1);
          break;
        case ']':
          this.closeBracket();
          break;
        case '*':
          this.markers('bold', 'italic');
          break;
        case '_':
          this.markers('underline', 'underscore');
          break;
        case '~':
          this.markers('strike');
          break;
        case '|':
          this.markers('spoiler');
          break;
        case '\n':
        case '\r':
          if (content[this.pos] === '\r' && content[this.pos + 1] !== '\n') this.pos++;
          else if (!this.lineFeed(paragraph, quoted)) return joinText(this.out);
      }
    }
    this.flush(this.pos);
    return joinText(this.out);
  }

  /** Whether the text goes on in the next line. */
  private lineFeed(paragraph: boolean, quoted: boolean): boolean {
    const { content } = this;
    this.flush(this.pos);
    this.pos += content[this.pos] === '\r' ? 2 : 1;
    if (!paragraph || this.pos >= content.length) return false;
    if (quoted && !content.startsWith('> ', this.pos)) return false;
    if (this.out.at(-1)?.type !== 'codeBlock') this.out.push({ type: 'lineBreak' });
    const line = quoted ? this.pos + 2 : this.pos;
    if (this.startsBlock(line, quoted)) return false;
    this.pos = this.textStart = line;
    return true;
  }

  private flush(end: number) {
    if (end > this.textStart) this.out.push({ type: 'text', text: this.content.slice(this.textStart, end), start: this.textStart });
    this.textStart = end;
  }

  private push(node: MarkdownNode, end: number) {
    this.flush(this.pos);
    this.out.push(node);
    this.pos = this.textStart = end;
  }

  private escape() {
    const next = this.content.charCodeAt(this.pos + 1);
    // A backslash at the end of a URL is the URL's for the host.
    if (!isPunctuation(next) || this.pos + 1 === this.linkEnd) {
      this.pos++;
      return;
    }
    this.flush(this.pos);
    this.textStart = this.pos + 1;
    this.pos += 2;
  }

  private code() {
    const { content, pos } = this;
    if (content.startsWith(fence, pos)) {
      const close = content.indexOf(fence, pos + fence.length + 1);
      if (close >= 0) {
        this.codeBlock(pos + fence.length, close);
        return;
      }
    }

    const run = runLength(content, pos);
    this.lastRuns ??= lastRunsOf(content);
    if ((this.lastRuns.get(run) ?? -1) <= pos) {
      this.pos += run;
      return;
    }
    let close = pos + run;
    let closing = 0;
    do {
      close = content.indexOf('`', close + closing);
      closing = runLength(content, close);
    } while (closing !== run);
    this.push({ type: 'code', text: content.slice(pos + run, close), start: pos + run }, close + run);
  }

  private codeBlock(from: number, to: number) {
    const { content } = this;
    language.lastIndex = from;
    const match = language.exec(content);
    const named = match !== null && language.lastIndex < to;
    let start = from;
    if (named) start = language.lastIndex;
    else if (content[start] === '\n') start++;
    else if (content.startsWith('\r\n', start)) start += 2;
    let end = to;
    if (end > start && content[end - 1] === '\n') end--;
    if (end > start && end < to && content[end - 1] === '\r') end--;
    this.push({ type: 'codeBlock', lang: named ? (match[1] ?? null) : null, text: content.slice(start, end), start }, to + fence.length);
  }

  private angle() {
    const { content, pos } = this;
    tag.lastIndex = pos;
    const match = tag.exec(content);
    if (match) {
      const [text, kind, id = '', seconds, style] = match;
      if (kind) {
        const type = kind === '@' ? 'userMention' : kind === '#' ? 'channelMention' : 'roleMention';
        this.push({ type, id: id.toLowerCase(), text, start: pos }, tag.lastIndex);
        return;
      }
      const time = Number(seconds);
      if (Math.abs(time) <= maxSeconds) {
        this.push({ type: 'timestamp', seconds: time, style: (style ?? 'f') as TimestampStyle, text, start: pos }, tag.lastIndex);
        return;
      }
    }

    const start = pos + 1;
    const scheme = this.schemeLength(start);
    if (scheme > 0) {
      const end = toWhiteSpace(content, start, this.runEnd(start));
      if (content[end] === '>' && end > start + scheme) {
        this.push(plainLink(content, start, end, true), end + 1);
        this.linked = this.openers.length;
        return;
      }
    }
    this.pos++;
  }

  private everyone() {
    everyone.lastIndex = this.pos;
    const match = this.pos < this.linkEnd ? null : everyone.exec(this.content);
    if (match) this.push({ type: match[1] as 'everyone' | 'here', text: match[0], start: this.pos }, everyone.lastIndex);
    else this.pos++;
  }

  private bareLink() {
    const { content, pos } = this;
    const scheme = this.schemeLength(pos);
    if (scheme === 0) {
      this.pos++;
      return;
    }
    this.linkEnd = this.runEnd(pos);
    let end = toWhiteSpace(content, pos, this.linkEnd);
    if (this.brackets > 0) end = this.textEnd(pos, end);
    end = trimLink(content, pos, end);
    if (end <= pos + scheme) {
      this.pos += scheme;
      return;
    }
    this.push(plainLink(content, pos, end, false), end);
    this.linked = this.openers.length;
  }

  /** Where a URL ends that is the text of a masked link. */
  private textEnd(from: number, to: number) {
    const { content } = this;
    for (let at = from; at < to; at++) {
      if (content[at] !== ']' || content[at + 1] !== '(') continue;
      if (this.schemeLength(content[at + 2] === '<' ? at + 3 : at + 2) > 0) return at;
    }
    return to;
  }

  private schemeLength(at: number) {
    const { content } = this;
    if (content.charCodeAt(at + 1) !== 0x74) return 0;
    return content.startsWith('https://', at) ? 8 : content.startsWith('http://', at) ? 7 : 0;
  }

  /** The end of a URL for the host, which knows the white space of ASCII alone. */
  private runEnd(from: number) {
    if (from < this.linkEnd) return this.linkEnd;
    let end = from;
    while (end < this.content.length && !contains(linkEnds, this.content.charCodeAt(end))) end++;
    return end;
  }

  private open(marker: Marker, length: number) {
    this.flush(this.pos);
    if (marker === 'bracket') this.brackets++;
    else this.openAt[marker] = this.openers.length;
    this.openers.push({ marker, out: this.out.length, at: this.pos });
    this.pos += length;
    this.flush(this.pos);
  }

  /** Lets go of the openers above; unmatched, they stay the text that they are. */
  private truncate(length: number) {
    while (this.openers.length > length) {
      const marker = this.openers.pop()?.marker;
      if (marker === 'bracket') this.brackets--;
      else if (marker) this.openAt[marker] = -1;
    }
    this.linked = Math.min(this.linked, length);
  }

  /** Takes out what stands behind an opener, and the opener. */
  private take(index: number): MarkdownNode[] {
    const children = this.out.splice(this.openers[index]?.out ?? 0);
    this.truncate(index);
    return joinText(children.slice(1));
  }

  private closeBracket() {
    const { content } = this;
    let index = this.brackets > 0 ? this.openers.length - 1 : -1;
    while (index >= 0 && this.openers[index]?.marker !== 'bracket') index--;
    const opener = this.openers[index];
    if (!opener) {
      this.pos++;
      return;
    }

    const destination = content[this.pos + 1] === '(' && index >= this.linked ? this.destination(this.pos + 2) : null;
    this.flush(this.pos);
    if (!destination || !this.out.slice(opener.out + 1).some(isVisible)) {
      this.truncate(index);
      this.pos++;
      return;
    }
    const children = this.take(index);
    this.linkEnd = Math.max(this.linkEnd, destination.linkEnd);
    this.push({ type: 'link', url: destination.url, children, masked: true, noPreview: destination.noPreview }, destination.end);
    this.linked = this.openers.length;
  }

  /** What stands in the parentheses of a masked link. */
  private destination(at: number) {
    const { content } = this;
    const noPreview = content[at] === '<';
    const start = noPreview ? at + 1 : at;
    const scheme = this.schemeLength(start);
    if (scheme === 0) return null;
    const linkEnd = this.runEnd(start);
    const spaceAt = toWhiteSpace(content, start, linkEnd);
    const urlEnd = noPreview ? spaceAt : unopened(content, start, spaceAt);
    if (urlEnd <= start + scheme || (noPreview && content[urlEnd] !== '>')) return null;

    let end = noPreview ? urlEnd + 1 : urlEnd;
    if (content.startsWith(' "', end)) {
      const close = content.indexOf('"', end + 2);
      if (close < 0 || notInTitle.test(content.slice(end + 2, close))) return null;
      end = close + 1;
    }
    if (content[end] !== ')') return null;
    return { url: content.slice(start, urlEnd), end: end + 1, linkEnd, noPreview };
  }

  /** A run of one marker's character: as many pairs as there are, then the single one, but the innermost closes first. */
  private markers(double: SpanNode['type'], single?: 'italic' | 'underscore') {
    const { content, pos } = this;
    let end = pos + 1;
    while (content[end] === content[pos]) end++;
    const atWord = content[pos] === '_';
    const spaceAfter = end >= content.length || whiteSpace.test(content.charAt(end));
    const mayOpen = !atWord || !(spaceAfter || isWordBefore(content, pos));
    const mayClose = !atWord || !(isWordAt(content, end) || whiteSpace.test(content.charAt(pos - 1)));

    while (this.pos < end) {
      const left = end - this.pos;
      const singleFirst = single !== undefined && left > 2 && mayClose && this.openAt[single] > this.openAt[double];
      const length = left === 1 || singleFirst ? 1 : 2;
      const marker = length === 2 ? double : single;
      if (marker === undefined) {
        this.pos++;
        continue;
      }
      const index = this.openAt[marker];
      const opener = this.openers[index];
      // What a run has opened it does not close: a line of asterisks is a line of asterisks.
      if (opener && mayClose && opener.at < pos) this.closeSpan(marker === 'underscore' ? 'italic' : marker, index, length);
      else if (!opener && mayOpen && !(marker === 'italic' && spaceAfter)) this.open(marker, length);
      else this.pos += length;
    }
  }

  private closeSpan(marker: SpanNode['type'], index: number, length: number) {
    this.flush(this.pos);
    this.push({ type: marker, children: this.take(index) }, this.pos + length);
  }
}

function plainLink(content: string, start: number, end: number, noPreview: boolean): MarkdownNode {
  const text = content.slice(start, end);
  return { type: 'link', url: text, children: [{ type: 'text', text, start }], masked: false, noPreview };
}

function joinText(nodes: MarkdownNode[]): MarkdownNode[] {
  const joined: MarkdownNode[] = [];
  let last: TextNode | undefined;
  for (const node of nodes) {
    if (node.type !== 'text') last = undefined;
    else if (last && last.start + last.text.length === node.start) {
      last.text += node.text;
      continue;
    } else last = node;
    joined.push(node);
  }
  return joined;
}

function isVisible(node: MarkdownNode) {
  return node.type === 'text' ? /\S/.test(node.text) : node.type !== 'lineBreak';
}

/** The first closing parenthesis that none opens, or `to`. */
function unopened(content: string, from: number, to: number) {
  let open = 0;
  for (let at = from; at < to; at++) {
    if (content[at] === '(') open++;
    else if (content[at] === ')' && --open < 0) return at;
  }
  return to;
}

function toWhiteSpace(content: string, from: number, to: number) {
  let end = from;
  while (end < to && !(content.charCodeAt(end) > 127 && whiteSpace.test(content.charAt(end)))) end++;
  return end;
}

/** A bare link without what belongs to the sentence around it. */
function trimLink(content: string, from: number, to: number) {
  let open = 0;
  for (let at = from; at < to; at++) open += content[at] === '(' ? 1 : content[at] === ')' ? -1 : 0;
  let end = to;
  while (end > from) {
    if (open < 0 && content[end - 1] === ')') open++;
    else if (!contains(trimmedFromLinks, content.charCodeAt(end - 1))) break;
    end--;
  }
  return end;
}

function runLength(content: string, at: number) {
  let end = at;
  while (content[end] === '`') end++;
  return end - at;
}

/** Where the last run of so many backticks begins: behind it none can be closed, and nobody has to look for it. */
function lastRunsOf(content: string) {
  const runs = new Map<number, number>();
  for (let at = content.indexOf('`'); at >= 0; ) {
    const run = runLength(content, at);
    runs.set(run, at);
    at = content.indexOf('`', at + run);
  }
  return runs;
}

function isPunctuation(code: number) {
  return (code > 0x20 && code < 0x30) || (code > 0x39 && code < 0x41) || (code > 0x5a && code < 0x61) || (code > 0x7a && code < 0x7f);
}

function isWordBefore(content: string, at: number) {
  if (at === 0) return false;
  const pair = at > 1 && (content.codePointAt(at - 2) ?? 0) > 0xffff;
  return isWordAt(content, pair ? at - 2 : at - 1);
}

function isWordAt(content: string, at: number) {
  const point = content.codePointAt(at);
  return point !== undefined && wordCharacter.test(String.fromCodePoint(point));
}

function characterSet(characters: string) {
  const set = new Uint8Array(128);
  for (const character of characters) set[character.charCodeAt(0)] = 1;
  return set;
}

function contains(set: Uint8Array, code: number) {
  return set[code] === 1;
}
