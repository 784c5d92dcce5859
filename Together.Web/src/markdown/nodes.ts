/** `start` is where the text stands in the content, in UTF-16 units: `content.slice(start, start + text.length) === text`. */
interface Written {
  text: string;
  start: number;
}

export type TimestampStyle = 't' | 'T' | 'd' | 'D' | 'f' | 'F' | 'R';

export interface TextNode extends Written {
  type: 'text';
}

export interface SpanNode {
  type: 'bold' | 'italic' | 'underline' | 'strike' | 'spoiler';
  children: MarkdownNode[];
}

export interface CodeNode extends Written {
  type: 'code';
}

export interface CodeBlockNode extends Written {
  type: 'codeBlock';
  lang: string | null;
}

export interface LinkNode {
  type: 'link';
  /** Begins with `http://` or `https://`. */
  url: string;
  children: MarkdownNode[];
  /** The text is not the address. */
  masked: boolean;
  noPreview: boolean;
}

/** `id` in lower case; `text` as it was written. */
export interface NamedMentionNode extends Written {
  type: 'userMention' | 'roleMention' | 'channelMention';
  id: string;
}

export interface EveryoneNode extends Written {
  type: 'everyone' | 'here';
}

export interface TimestampNode extends Written {
  type: 'timestamp';
  /** Since 1970-01-01 UTC, within what a `Date` can hold. */
  seconds: number;
  style: TimestampStyle;
}

export interface QuoteNode {
  type: 'quote' | 'subtext';
  children: MarkdownNode[];
}

export interface HeadingNode {
  type: 'heading';
  level: 1 | 2 | 3;
  children: MarkdownNode[];
}

export interface ListNode {
  type: 'list';
  ordered: boolean;
  /** The number of the first item. */
  start: number;
  items: MarkdownNode[][];
}

export interface LineBreakNode {
  type: 'lineBreak';
}

export type MarkdownNode =
  | TextNode
  | SpanNode
  | CodeNode
  | CodeBlockNode
  | LinkNode
  | NamedMentionNode
  | EveryoneNode
  | TimestampNode
  | QuoteNode
  | HeadingNode
  | ListNode
  | LineBreakNode;
