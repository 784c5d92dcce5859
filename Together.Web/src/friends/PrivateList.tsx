import { SquarePen, Users } from 'lucide-react';
import { memo, useMemo, useState } from 'react';
import { Link, useLocation, useRoute } from 'wouter';
import { deleteChannel } from '@/actions/channels';
import { openConversation } from '@/actions/members';
import { openDialog } from '@/actions/view';
import { attempt } from '@/app/attempt';
import { isMutedUntil } from '@/app/NotificationItems';
import { paths } from '@/app/paths';
import type { Channel } from '@/contracts';
import { customStatusOf, presenceOf } from '@/members/presence';
import { attentions } from '@/state/attention';
import { privateChannels } from '@/state/channels';
import { channelName, userName } from '@/state/names';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { timeOf } from '@/state/unread';
import { friends as strings } from '@/strings/friends';
import { Avatar } from '@/ui/Avatar';
import { Badge } from '@/ui/Badge';
import { ContextMenu } from '@/ui/ContextMenu';
import { cx } from '@/ui/cx';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { toast } from '@/ui/toast';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import { ago } from './activity';
import { ConversationMenu } from './ConversationMenu';
import { GroupIcon } from './GroupIcon';
import { LeaveGroup } from './LeaveGroup';
import { LongList } from './LongList';
import styles from './PrivateList.module.css';
import { incomingRequests } from './people';
import { useMinute } from './useMinute';

/** Friends and conversations, whoever was heard from last first. */
export function PrivateList() {
  return (
    <>
      <div className={styles.header}>
        <h2 className={styles.title}>{strings.conversations}</h2>
        <IconButton label={strings.newConversation} tooltipSide="bottom" onClick={() => openDialog({ kind: 'new_conversation' })}>
          <SquarePen />
        </IconButton>
      </div>
      <FriendsEntry />
      <Conversations />
    </>
  );
}

function FriendsEntry() {
  const [isActive] = useRoute(paths.friends);
  const requests = useApp(incomingRequests);
  return (
    <Link href={paths.friends} className={cx(styles.row, styles.friends, isActive && styles.active)} aria-current={isActive ? 'page' : undefined}>
      <span className={styles.friendsIcon} aria-hidden="true">
        <Users />
      </span>
      <span className={styles.name}>{strings.friends}</span>
      <Badge count={requests} label={strings.requests(requests)} />
    </Link>
  );
}

function Conversations() {
  const channels = useApp((state) => state.channels);
  const list = useMemo(() => privateChannels(channels), [channels]);
  const [, params] = useRoute('/conversations/:channelId/*?');
  const [, navigate] = useLocation();
  const [leaving, setLeaving] = useState<Id | null>(null);
  const now = useMinute();
  const activeId = params?.channelId ?? null;

  const close = async (channel: Channel) => {
    const [other] = channel.recipients;
    if (!(await attempt(deleteChannel(channel.id)))) return;
    if (channel.id === activeId) navigate(paths.friends);
    toast.show({
      title: strings.closed,
      action: other && { label: strings.undo, onSelect: () => void attempt(openConversation(other.id)) },
    });
  };
  const menu = (target: Element) => {
    const id = target.closest<HTMLElement>('[data-row]')?.dataset.row;
    const channel = id ? channels[id] : undefined;
    return channel ? <ConversationMenu channel={channel} onClose={() => void close(channel)} onLeave={() => setLeaving(channel.id)} /> : null;
  };

  if (list.length === 0) return <EmptyState level={3} className={styles.empty} title={strings.noConversations} body={strings.noConversationsBody} />;
  return (
    <>
      <ContextMenu items={menu}>
        <div className={styles.place}>
          <LongList
            label={strings.conversations}
            className={styles.list}
            rows={list.map((channel) => <ConversationRow key={channel.id} channel={channel} isActive={channel.id === activeId} now={now} />)}
          />
        </div>
      </ContextMenu>
      {leaving && <LeaveGroup channelId={leaving} onClose={() => setLeaving(null)} />}
    </>
  );
}

interface RowProps {
  channel: Channel;
  isActive: boolean;
  now: number;
}

const ConversationRow = memo(function ConversationRow({ channel, isActive, now }: RowProps) {
  const attention = useApp((state) => attentions(state).channels[channel.id]);
  const isMuted = useApp((state) => isMutedUntil(state.settings.notifications.find(({ id }) => id === channel.id)?.muted_until));
  const name = channelName(channel, strings.nobody);
  const { unread = false, mentions = 0 } = attention ?? {};
  return (
    <Link
      href={paths.channel(channel)}
      data-row={channel.id}
      draggable={false}
      className={cx(styles.row, isActive && styles.active, unread && styles.unread, isMuted && styles.muted)}
      aria-current={isActive ? 'page' : undefined}
    >
      <Face channel={channel} />
      <span className={styles.text}>
        <span className={styles.name}>
          <bdi>{name}</bdi>
        </span>
        <Line channel={channel} now={now} />
      </span>
      {isMuted && <VisuallyHidden>{strings.muted}</VisuallyHidden>}
      <Badge count={mentions} label={strings.unread(mentions)} />
    </Link>
  );
});

const faceSize = 34;

function Face({ channel }: { channel: Channel }) {
  const [other] = channel.recipients;
  const presence = useApp((state) => (other ? presenceOf(state.presences[other.id]) : 'offline'));
  if (channel.type === 'group_dm' || !other) return <GroupIcon people={channel.recipients} size={faceSize} />;
  return <Avatar id={other.id} name={userName(other)} url={other.avatar_url} size={faceSize} presence={presence} />;
}

/** What somebody says of themselves, else when something was said last. */
function Line({ channel, now }: { channel: Channel; now: number }) {
  const [other] = channel.recipients;
  const status = useApp((state) => (channel.type === 'dm' && other ? customStatusOf(state.presences[other.id]) : null));
  const last = channel.last_message_id && ago(timeOf(channel.last_message_id), now);
  const line = status ?? (channel.type === 'group_dm' ? [strings.people(channel.recipients.length + 1), last].filter(Boolean).join(' · ') : last);
  return line ? (
    <span className={styles.line} dir="auto">
      {line}
    </span>
  ) : null;
}
