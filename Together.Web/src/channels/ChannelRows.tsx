import { useSortable } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { BellOff, ChevronDown, Hash, Lock, Plus, Settings, Volume2 } from 'lucide-react';
import { memo } from 'react';
import { Link } from 'wouter';
import { openDialog } from '@/actions/view';
import { isMutedUntil } from '@/app/NotificationItems';
import { paths } from '@/app/paths';
import type { Channel } from '@/contracts';
import { attentions } from '@/state/attention';
import { Permission } from '@/state/permissions';
import { changePlaces, getPlaces } from '@/state/places';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { channels as strings } from '@/strings/channels';
import { shell } from '@/strings/shell';
import { Badge } from '@/ui/Badge';
import { cx } from '@/ui/cx';
import { IconButton } from '@/ui/IconButton';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import styles from './ChannelList.module.css';

interface RowProps {
  channelId: Id;
  mayManage: boolean;
}

function useRow(channelId: Id, mayManage: boolean) {
  const { attributes, listeners, setNodeRef, transform, transition, isDragging } = useSortable({ id: channelId, disabled: !mayManage });
  return {
    place: {
      ref: setNodeRef,
      'data-channel': channelId,
      style: { transform: CSS.Translate.toString(transform), transition },
    },
    handle: mayManage ? { ...listeners, 'aria-describedby': attributes['aria-describedby'] } : {},
    isDragging,
  };
}

export function toggleCategory(categoryId: Id): void {
  const { closed } = getPlaces();
  changePlaces({ closed: closed.includes(categoryId) ? closed.filter((id) => id !== categoryId) : [...closed, categoryId] });
}

export const CategoryRow = memo(function CategoryRow({ channelId, isOpen, mayManage }: RowProps & { isOpen: boolean }) {
  const name = useApp((state) => state.channels[channelId]?.name ?? '');
  const serverId = useApp((state) => state.channels[channelId]?.server_id);
  const { place, handle, isDragging } = useRow(channelId, mayManage);
  return (
    <li {...place} className={cx(styles.row, styles.categoryRow, isDragging && styles.dragged)}>
      <button type="button" className={styles.category} aria-expanded={isOpen} {...handle} onClick={() => toggleCategory(channelId)}>
        <ChevronDown aria-hidden="true" className={cx(styles.fold, !isOpen && styles.folded)} />
        <span className={styles.name} dir="auto">
          {name}
        </span>
      </button>
      {mayManage && serverId && (
        <IconButton
          size="s"
          label={strings.createIn(name)}
          className={styles.create}
          onClick={() => openDialog({ kind: 'create_channel', serverId, categoryId: channelId, type: 'text' })}
        >
          <Plus />
        </IconButton>
      )}
    </li>
  );
});

export const ChannelRow = memo(function ChannelRow({ channelId, isActive, mayManage }: RowProps & { isActive: boolean }) {
  const channel = useApp((state) => state.channels[channelId]);
  const unread = useApp((state) => attentions(state).channels[channelId]?.unread ?? false);
  const mentions = useApp((state) => attentions(state).channels[channelId]?.mentions ?? 0);
  const isMuted = useApp((state) => isMutedUntil(state.settings.notifications.find(({ id }) => id === channelId)?.muted_until));
  const { place, handle, isDragging } = useRow(channelId, mayManage);
  if (!channel) return null;
  const className = cx(styles.channel, isActive && styles.active, unread && styles.unread, isMuted && styles.muted);
  const content = (
    <>
      <KindIcon channel={channel} />
      <span className={styles.name} dir="auto">
        {channel.name}
      </span>
      {unread && <VisuallyHidden>{strings.unread}</VisuallyHidden>}
      {isMuted && (
        <>
          <BellOff aria-hidden="true" className={styles.mutedIcon} />
          <VisuallyHidden>{strings.muted}</VisuallyHidden>
        </>
      )}
      <Badge count={mentions} label={shell.mentions(mentions)} />
    </>
  );
  return (
    <li {...place} className={cx(styles.row, isDragging && styles.dragged)}>
      {channel.type === 'voice' ? (
        <div className={cx(className, styles.voice)} {...handle}>
          {content}
        </div>
      ) : (
        <Link href={paths.channel(channel)} className={className} draggable={false} aria-current={isActive ? 'page' : undefined} {...handle}>
          {content}
        </Link>
      )}
      {mayManage && (
        <IconButton
          size="s"
          label={strings.edit.title(channel.name ?? '')}
          className={styles.edit}
          onClick={() => openDialog({ kind: 'edit_channel', channelId })}
        >
          <Settings />
        </IconButton>
      )}
    </li>
  );
});

/** What kind of channel it is, and whether it is for some only. */
export function KindIcon({ channel }: { channel: Channel }) {
  const Icon = channel.type === 'voice' ? Volume2 : isPrivate(channel) ? Lock : Hash;
  return (
    <span className={styles.kind}>
      <Icon aria-hidden="true" />
      {channel.type === 'voice' && <VisuallyHidden>{strings.voice}</VisuallyHidden>}
    </span>
  );
}

/** Not everybody in the server sees it. */
export function isPrivate({ permission_overwrites, server_id }: Channel): boolean {
  const everyone = permission_overwrites.find(({ id }) => id === server_id);
  return everyone !== undefined && (BigInt(everyone.deny) & Permission.VIEW_CHANNEL) !== 0n;
}
