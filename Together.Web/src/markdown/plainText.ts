import { markdown as strings } from '@/strings/markdown.ts';
import type { MentionNames } from './mentions.ts';
import { type MarkdownNode, parse } from './parse.ts';
import { formatTimestamp } from './timestamp.ts';

/**
 * One line for replies, notifications and lists: no markup, nothing of a spoiler. Names are isolated (U+2068 … U+2069); who sets the line
 * into other text isolates the line. @param now In milliseconds.
 */
export function plainText(content: string, names: MentionNames, now = Date.now()): string {
  const written = (nodes: MarkdownNode[]): string => nodes.map(text).join('');
  const text = (node: MarkdownNode): string => {
    switch (node.type) {
      case 'text':
      case 'code':
      case 'everyone':
      case 'here':
        return node.text;
      case 'codeBlock':
        return ` ${node.text} `;
      case 'spoiler':
        return strings.spoilerBlocks;
      case 'userMention':
        return named(node.text, strings.user, names.user(node.id));
      case 'roleMention':
        return named(node.text, strings.role, names.role(node.id));
      case 'channelMention':
        return named(node.text, strings.channel, names.channel(node.id));
      case 'timestamp':
        return formatTimestamp(node.seconds, node.style, now);
      case 'bold':
      case 'italic':
      case 'underline':
      case 'strike':
      case 'link':
        return written(node.children);
      case 'quote':
      case 'heading':
      case 'subtext':
        return ` ${written(node.children)} `;
      case 'list':
        return ` ${node.items.map(written).join(' ')} `;
      case 'lineBreak':
        return ' ';
    }
  };
  return written(parse(content)).replace(/\s+/g, ' ').trim();
}

function named(asWritten: string, sign: (name: string) => string, known: { name: string } | null) {
  return known ? sign(`\u2068${known.name}\u2069`) : asWritten;
}
