import { Pin } from 'lucide-react';
import { type KeyboardEvent, memo, type ReactNode, useState } from 'react';
import type { Message } from '@/contracts';
import { Markdown } from '@/markdown/Markdown';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { mentionsMe } from '@/state/unread';
import { messages as strings } from '@/strings/messages';
import { Avatar } from '@/ui/Avatar';
import { cx } from '@/ui/cx';
import { Tooltip } from '@/ui/Tooltip';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import { Attachments } from './Attachments';
import { mentionsOf, useConversation, useName } from './conversation';
import { EditMessage } from './EditMessage';
import { DayLine, NewLine } from './Lines';
import styles from './MessageRow.module.css';
import { Name } from './Name';
import { Reactions } from './Reactions';
import { ReplyPreview } from './ReplyPreview';
import { rowKeys } from './rowKeys';
import { isSystem, type MessageRow as Row, timesOf } from './rows';
import { SystemMessage } from './SystemMessage';
import { Toolbar } from './Toolbar';
import { clock, fullDate } from './times';

export interface MessageRowProps {
  row: Row;
  /** A jump led here a moment ago. */
  isTarget: boolean;
}

/** One message. Drawn again only when the message or its place among others changes. */
export const MessageRow = memo(function MessageRow({ row: { key: rowKey, message, isHead, day, isFirstNew }, isTarget }: MessageRowProps) {
  const conversation = useConversation();
  const [isActive, setActive] = useState(false);
  const isEditing = useApp((state) => state.editing[message.channel_id] === message.id);
  const isForMe = useApp((state) => mentionsMe(state, message));
  const key = (event: KeyboardEvent<HTMLElement>) => {
    if (event.target === event.currentTarget) rowKeys(event, message, conversation);
  };
  return (
    <article
      tabIndex={-1}
      data-row={rowKey}
      data-message={message.id}
      aria-labelledby={`${message.id}-name ${message.id}-text ${message.id}-time`}
      className={cx(styles.row, isHead && styles.head, isForMe && styles.forMe, isTarget && styles.target, isEditing && styles.editing)}
      onPointerEnter={(event) => event.pointerType === 'mouse' && setActive(true)}
      onPointerLeave={() => setActive(false)}
      onFocus={(event) => event.target.matches(':focus-visible') && setActive(true)}
      onBlur={(event) => event.currentTarget.contains(event.relatedTarget) || setActive(false)}
      onKeyDown={key}
    >
      {day !== null && <DayLine day={day} isNew={isFirstNew} />}
      {day === null && isFirstNew && <NewLine />}
      <div className={styles.box}>
        {isSystem(message) ? <SystemMessage message={message} /> : <Spoken message={message} isHead={isHead} isEditing={isEditing} />}
        {isActive && !isEditing && <Toolbar message={message} />}
      </div>
    </article>
  );
});

function Spoken({ message, isHead, isEditing }: { message: Message; isHead: boolean; isEditing: boolean }) {
  return (
    <>
      {message.type === 'reply' && <ReplyPreview referenced={message.referenced_message} />}
      {isHead ? <Face message={message} /> : <Gutter message={message} />}
      <div className={styles.body}>
        {isHead && <Head message={message} />}
        {isEditing ? <EditMessage message={message} /> : <Content message={message} />}
        <Attachments message={message} />
        <Reactions message={message} />
      </div>
    </>
  );
}

const Content = memo(function Content({ message }: { message: Message }) {
  return (
    <div id={`${message.id}-text`} className={styles.text}>
      {message.content && <Markdown content={message.content} mentions={mentionsOf(message)} />}
      <Marks message={message} />
    </div>
  );
});

/** What is to be known of a message besides what it says. */
function Marks({ message }: { message: Message }) {
  if (!message.edited_at) return null;
  const edited = strings.editedAt(fullDate(Date.parse(message.edited_at)));
  return (
    <Tooltip text={edited}>
      <span className={styles.mark}>
        {strings.edited}
        <VisuallyHidden>{edited}</VisuallyHidden>
      </span>
    </Tooltip>
  );
}

function Face({ message: { author } }: { message: Message }) {
  const { serverId, openProfile } = useConversation();
  const name = useName(author, serverId);
  const avatar = useApp((state) => (state.users[author.id] ?? author).avatar_url);
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.avatar}
      aria-label={strings.profileOf(name)}
      onClick={(event) => openProfile(author.id, event.currentTarget)}
    >
      <AvatarOf id={author.id} name={name} url={avatar} />
    </button>
  );
}

export const AvatarOf = memo(function AvatarOf({ id, name, url, size = 40 }: { id: Id; name: string; url: string | null; size?: number }) {
  return <Avatar id={id} name={name} url={url} size={size} className={styles.face} />;
});

function Head({ message }: { message: Message }) {
  return (
    <header className={styles.header}>
      <Name user={message.author} id={`${message.id}-name`} />
      <Time message={message} />
      <Pinned message={message} />
    </header>
  );
}

/** Beside a message that belongs to the one above: when it was written, for whoever looks for it. */
function Gutter({ message }: { message: Message }) {
  const { serverId } = useConversation();
  const name = useName(message.author, serverId);
  return (
    <div className={styles.gutter}>
      <VisuallyHidden id={`${message.id}-name`}>{name}</VisuallyHidden>
      <Time message={message} />
      <Pinned message={message} />
    </div>
  );
}

export function Time({ message }: { message: Message }): ReactNode {
  const { at } = timesOf(message);
  return (
    <Tooltip text={fullDate(at)}>
      <time id={`${message.id}-time`} dateTime={message.created_at} className={styles.time}>
        {clock(at)}
      </time>
    </Tooltip>
  );
}

function Pinned({ message }: { message: Message }) {
  return message.pinned && <PinMark />;
}

function PinMark() {
  return (
    <Tooltip text={strings.pinned}>
      <span className={styles.pin}>
        <Pin aria-hidden="true" />
        <VisuallyHidden>{strings.pinned}</VisuallyHidden>
      </span>
    </Tooltip>
  );
}
