import { Hash, Paperclip } from 'lucide-react';
import { memo } from 'react';
import { Link } from 'wouter';
import { paths } from '@/app/paths';
import type { Message } from '@/contracts';
import type { Range } from '@/markdown/highlights';
import { Markdown } from '@/markdown/Markdown';
import { MentionContext } from '@/markdown/mentions';
import { mentionsOf, useMentionable, useName } from '@/messages/conversation';
import { dateAndClock } from '@/messages/times';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { search as strings } from '@/strings/search';
import { Avatar } from '@/ui/Avatar';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import styles from './Results.module.css';
import type { Found } from './searches';

interface ResultsProps {
  found: Found;
  serverId: Id | null;
  showsChannels: boolean;
  onJump: (channelId: Id, messageId: Id) => void;
}

export function Results({ found, serverId, showsChannels, onJump }: ResultsProps) {
  const mentionable = useMentionable(serverId, nobody);
  return (
    <MentionContext value={mentionable}>
      {grouped(found.messages).map(({ channelId, messages }) => (
        <section key={messages[0]?.id} className={styles.group}>
          {showsChannels && <ChannelTitle channelId={channelId} />}
          <ul className={styles.list}>
            {messages.map((message) => (
              <Result key={message.id} message={message} serverId={serverId} highlights={found.highlights[message.id]} onJump={onJump} />
            ))}
          </ul>
        </section>
      ))}
    </MentionContext>
  );
}

/** What follows each other in one channel stands together; the order stays. */
export function grouped(messages: readonly Message[]): { channelId: Id; messages: Message[] }[] {
  const groups: { channelId: Id; messages: Message[] }[] = [];
  for (const message of messages) {
    const last = groups.at(-1);
    if (last?.channelId === message.channel_id) last.messages.push(message);
    else groups.push({ channelId: message.channel_id, messages: [message] });
  }
  return groups;
}

function ChannelTitle({ channelId }: { channelId: Id }) {
  const name = useApp((state) => state.channels[channelId]?.name ?? strings.unknownChannel);
  return (
    <h3 className={styles.channel}>
      <Hash aria-hidden="true" />
      <bdi>{name}</bdi>
    </h3>
  );
}

interface ResultProps {
  message: Message;
  serverId: Id | null;
  highlights: readonly Range[] | undefined;
  onJump: (channelId: Id, messageId: Id) => void;
}

const Result = memo(function Result({ message, serverId, highlights, onJump }: ResultProps) {
  const name = useName(message.author, serverId);
  const avatar = useApp((state) => (state.users[message.author.id] ?? message.author).avatar_url);
  const isBlocked = useApp((state) => state.relationships[message.author.id]?.type === 'blocked');
  const isCurrent = useApp((state) => state.channels[message.channel_id] !== undefined);
  const at = Date.parse(message.created_at);
  const path = paths.channel({ id: message.channel_id, server_id: message.server_id }, message.id);
  return (
    <li className={styles.result}>
      <div className={styles.about}>
        <Avatar id={message.author.id} name={name} url={avatar} size={24} />
        <bdi className={styles.name}>{name}</bdi>
        {isCurrent ? (
          <Link href={path} className={styles.jump} onClick={() => onJump(message.channel_id, message.id)}>
            <VisuallyHidden>{`${strings.jump(name)} `}</VisuallyHidden>
            <time dateTime={message.created_at}>{dateAndClock(at)}</time>
          </Link>
        ) : (
          <time dateTime={message.created_at} className={styles.time}>
            {dateAndClock(at)}
          </time>
        )}
      </div>
      <div className={styles.content}>
        {isBlocked ? <p className={styles.blocked}>{strings.blocked}</p> : <Said message={message} highlights={highlights} />}
      </div>
    </li>
  );
});

function Said({ message, highlights }: { message: Message; highlights: readonly Range[] | undefined }) {
  const { attachments } = message;
  return (
    <>
      {message.content && <Markdown content={message.content} mentions={mentionsOf(message)} highlights={highlights} />}
      {attachments.length > 0 && (
        <p className={styles.files}>
          <Paperclip aria-hidden="true" />
          <bdi>{attachments.length === 1 ? attachments[0]?.filename : strings.files(attachments.length)}</bdi>
        </p>
      )}
    </>
  );
}

function nobody(): void {}
