import { Hash } from 'lucide-react';
import { plainText } from '@/markdown/plainText';
import { channelName, nameOf } from '@/state/names';
import { may, Permission } from '@/state/permissions';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { messages as strings } from '@/strings/messages';
import { Avatar } from '@/ui/Avatar';
import { useConversation } from './conversation';
import styles from './Intro.module.css';

const noNames = { user: () => null, role: () => null, channel: () => null };

/** Stands where a channel begins: what it is, and what to do when nothing has been said yet. */
export function Intro({ channelId, isEmpty }: { channelId: Id; isEmpty: boolean }) {
  const { mask, serverId } = useConversation();
  const channel = useApp((state) => state.channels[channelId]);
  const recipient = channel?.type === 'dm' ? channel.recipients[0] : undefined;
  const person = useApp((state) => (recipient ? (nameOf(state, recipient.id, serverId) ?? recipient.display_name) : null));
  const avatar = useApp((state) => (recipient ? (state.users[recipient.id] ?? recipient).avatar_url : null));
  if (!channel) return null;
  const name = person ?? channelName(channel, strings.nobody);
  const title = recipient ? strings.beginningWith(name) : channel.server_id ? strings.beginning(name) : strings.beginningOfGroup(name);
  const hint = recipient
    ? strings.privateHint
    : channel.server_id
      ? (channel.topic && plainText(channel.topic, noNames)) || strings.beginningHint
      : strings.groupHint;
  return (
    <div className={styles.intro}>
      {recipient ? (
        <Avatar id={recipient.id} name={name} url={avatar} size={72} />
      ) : (
        <span className={styles.mark} aria-hidden="true">
          <Hash />
        </span>
      )}
      <h2 className={styles.title} dir="auto">
        {title}
      </h2>
      <p className={styles.hint} dir="auto">
        {hint}
      </p>
      {isEmpty && (
        <p className={styles.next}>
          {strings.empty}. {may(mask, Permission.SEND_MESSAGES) ? strings.emptyHint : strings.emptySilent}
        </p>
      )}
    </div>
  );
}
