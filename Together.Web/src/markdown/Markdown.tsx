import { Fragment, type KeyboardEvent, type MouseEvent, memo, type ReactNode, useContext, useEffect, useMemo, useState } from 'react';
import { Link as RouteLink } from 'wouter';
import { markdown as strings } from '@/strings/markdown.ts';
import { CodeBlock } from './CodeBlock.tsx';
import { isEmojiOnly } from './emoji.ts';
import { disjoint, highlighted, type Range } from './highlights.tsx';
import styles from './markdown.module.css';
import { type HostMentions, MentionContext } from './mentions.ts';
import { type LinkNode, type MarkdownNode, type NamedMentionNode, parse, type TimestampNode } from './parse.ts';
import { formatTimestamp, relativeLifetime } from './timestamp.ts';

interface MarkdownProps {
  content: string;
  /** Whom the host says that it mentions; without it, everybody whom {@link MentionContext} knows. */
  mentions?: HostMentions;
  /** What was searched for. */
  highlights?: readonly Range[];
}

interface Surroundings {
  mentions: HostMentions | undefined;
  highlights: readonly Range[];
  /** Within a link nothing else can be pressed. */
  inLink: boolean;
}

/** The text of a message. `mentions` and `highlights` are compared by identity. */
export const Markdown = memo(function Markdown({ content, mentions, highlights }: MarkdownProps) {
  const nodes = useMemo(() => parse(content), [content]);
  const large = useMemo(() => isEmojiOnly(content), [content]);
  const ranges = useMemo(() => disjoint(highlights ?? []), [highlights]);
  return (
    <div dir="auto" className={large ? `${styles.content} ${styles.large}` : styles.content}>
      {elements(nodes, { mentions, highlights: ranges, inLink: false })}
    </div>
  );
});

function elements(nodes: MarkdownNode[], around: Surroundings): ReactNode {
  // biome-ignore lint/suspicious/noArrayIndexKey: a node has nothing but its place; a spoiler keeps it while the text around is edited
  return nodes.map((node, index) => <Fragment key={index}>{element(node, around)}</Fragment>);
}

function element(node: MarkdownNode, around: Surroundings): ReactNode {
  switch (node.type) {
    case 'text':
      return highlighted(node.text, node.start, around.highlights);
    case 'bold':
      return <strong>{elements(node.children, around)}</strong>;
    case 'italic':
      return <em>{elements(node.children, around)}</em>;
    case 'underline':
      return <u>{elements(node.children, around)}</u>;
    case 'strike':
      return <s>{elements(node.children, around)}</s>;
    case 'spoiler':
      return <Spoiler>{elements(node.children, around)}</Spoiler>;
    case 'code':
      return <code className={styles.code}>{highlighted(node.text, node.start, around.highlights)}</code>;
    case 'codeBlock':
      return <CodeBlock text={node.text} lang={node.lang} start={node.start} highlights={around.highlights} bare={around.inLink} />;
    case 'link':
      return link(node, around);
    case 'userMention':
    case 'roleMention':
    case 'channelMention':
      return <NamedMention node={node} around={around} />;
    case 'everyone':
    case 'here':
      if (around.mentions?.everyone === false) return highlighted(node.text, node.start, around.highlights);
      return (
        <span className={styles.mention} data-me="">
          {strings[node.type]}
        </span>
      );
    case 'timestamp':
      return <Timestamp node={node} />;
    case 'quote':
      return <blockquote className={styles.quote}>{elements(node.children, around)}</blockquote>;
    case 'heading': {
      // The page's own headings stand above those of a message.
      const Heading = (['h3', 'h4', 'h5'] as const)[node.level - 1] ?? 'h5';
      return <Heading className={styles.heading}>{elements(node.children, around)}</Heading>;
    }
    case 'subtext':
      return <small className={styles.subtext}>{elements(node.children, around)}</small>;
    case 'list': {
      // biome-ignore lint/suspicious/noArrayIndexKey: an item has nothing but its place
      const items = node.items.map((item, index) => <li key={index}>{elements(item, around)}</li>);
      return node.ordered ? (
        <ol className={styles.list} start={node.start}>
          {items}
        </ol>
      ) : (
        <ul className={styles.list}>{items}</ul>
      );
    }
    case 'lineBreak':
      return <br />;
  }
}

function link(node: LinkNode, around: Surroundings) {
  return (
    <a className={styles.link} href={node.url} title={node.masked ? hostOf(node.url) : undefined} target="_blank" rel="noopener noreferrer nofollow">
      {elements(node.children, { ...around, inLink: true })}
    </a>
  );
}

/** As the browser reads it, with international names in their ASCII form: where one is really sent. */
function hostOf(url: string) {
  return URL.canParse(url) ? new URL(url).host : url;
}

function NamedMention({ node, around }: { node: NamedMentionNode; around: Surroundings }) {
  const context = useContext(MentionContext);
  const asWritten = highlighted(node.text, node.start, around.highlights);
  const { id } = node;
  if (node.type === 'channelMention') {
    const channel = context.channel(id);
    if (!channel) return asWritten;
    const name = <bdi>{strings.channel(channel.name)}</bdi>;
    return around.inLink ? (
      <span className={styles.mention}>{name}</span>
    ) : (
      <RouteLink className={styles.mention} href={channel.href}>
        {name}
      </RouteLink>
    );
  }

  if (node.type === 'roleMention') {
    const role = around.mentions?.roleIds.includes(id) === false ? null : context.role(id);
    if (!role) return asWritten;
    return (
      <span className={styles.mention} style={colorOf(role.color)} data-me={context.me.roleIds.includes(id) ? '' : undefined}>
        <bdi>{strings.role(role.name)}</bdi>
      </span>
    );
  }

  const user = around.mentions?.userIds.includes(id) === false ? null : context.user(id);
  if (!user) return asWritten;
  const attributes = { className: styles.mention, style: colorOf(user.color), 'data-me': context.me.id === id ? '' : undefined };
  const name = <bdi>{strings.user(user.name)}</bdi>;
  return context.onUser && !around.inLink ? (
    <button type="button" {...attributes} onClick={(event) => context.onUser?.(id, event.currentTarget)}>
      {name}
    </button>
  ) : (
    <span {...attributes}>{name}</span>
  );
}

/** @param color 0xRRGGBB; 0 is none. */
function colorOf(color: number | undefined) {
  return color ? { color: `#${color.toString(16).padStart(6, '0')}` } : undefined;
}

function Spoiler({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState(false);
  const show = (event: MouseEvent | KeyboardEvent) => {
    // It may stand in a link, and a click in the message may mean something too.
    event.preventDefault();
    event.stopPropagation();
    setShown(true);
  };
  const button = {
    role: 'button',
    tabIndex: 0,
    'aria-expanded': false,
    'aria-label': strings.spoiler,
    onClick: show,
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === 'Enter' || event.key === ' ') show(event);
    },
  };
  // Shown, it is no button any more, for within a button there are neither links nor code; the focus stays where it was.
  return (
    <span className={shown ? styles.shown : styles.spoiler} {...(shown ? { tabIndex: -1 } : button)}>
      <span inert={!shown}>{children}</span>
    </span>
  );
}

function Timestamp({ node: { seconds, style } }: { node: TimestampNode }) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    if (style !== 'R') return;
    const timer = setTimeout(() => setNow(Date.now()), relativeLifetime(seconds, now));
    return () => clearTimeout(timer);
  }, [seconds, style, now]);
  return (
    <time className={styles.time} dateTime={new Date(seconds * 1000).toISOString()} title={formatTimestamp(seconds, 'F', now)}>
      {formatTimestamp(seconds, style, now)}
    </time>
  );
}
