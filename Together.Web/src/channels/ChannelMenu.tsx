import { ArrowDown, ArrowUp, Bell, CheckCheck, ChevronDown, ChevronRight, FolderPlus, Link2, Pencil, Plus, Trash2 } from 'lucide-react';
import { markRead } from '@/actions/messages';
import { openDialog } from '@/actions/view';
import { NotificationItems } from '@/app/NotificationItems';
import { paths } from '@/app/paths';
import { useServerPermissions } from '@/servers/ServerMenuItems';
import { channelPermissions, may, Permission } from '@/state/permissions';
import { usePlaces } from '@/state/places';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { isUnread } from '@/state/unread';
import { channels as strings } from '@/strings/channels';
import { shell } from '@/strings/shell';
import { MenuItem, MenuSeparator, SubMenu } from '@/ui/Menu';
import { toast } from '@/ui/toast';
import { toggleCategory } from './ChannelRows';

interface ChannelMenuProps {
  serverId: Id;
  /** Null where there is no row. */
  channelId: Id | null;
  onUp: (() => void) | undefined;
  onDown: (() => void) | undefined;
}

const words = strings.menu;

/** All that can be done with a row of the list, or with the list. */
export function ChannelMenu({ serverId, channelId, onUp, onDown }: ChannelMenuProps) {
  const type = useApp((state) => (channelId ? state.channels[channelId]?.type : undefined));
  const mayManageAll = may(useServerPermissions(serverId), Permission.MANAGE_CHANNELS);
  const mayManage = useApp((state) => channelId !== null && may(channelPermissions(state, state.channels[channelId]), Permission.MANAGE_CHANNELS));
  const canRead = useApp((state) => channelId !== null && (isUnread(state, channelId) || Boolean(state.readStates[channelId]?.mention_count)));
  const isClosed = usePlaces((places) => channelId !== null && places.closed.includes(channelId));
  if (!channelId || !type) return mayManageAll ? <CreateItems serverId={serverId} categoryId={null} /> : <NotificationItems id={serverId} />;
  const isCategory = type === 'category';
  return (
    <>
      {isCategory ? (
        <MenuItem icon={isClosed ? <ChevronDown /> : <ChevronRight />} onSelect={() => toggleCategory(channelId)}>
          {isClosed ? words.open : words.close}
        </MenuItem>
      ) : (
        <>
          <MenuItem icon={<CheckCheck />} disabled={!canRead} onSelect={() => markRead(channelId)}>
            {words.markRead}
          </MenuItem>
          <SubMenu icon={<Bell />} label={strings.notifications}>
            <NotificationItems id={channelId} />
          </SubMenu>
          {type === 'text' && (
            <MenuItem icon={<Link2 />} onSelect={() => void copyLink({ id: channelId, server_id: serverId })}>
              {words.copyLink}
            </MenuItem>
          )}
        </>
      )}
      {mayManageAll && (
        <>
          <MenuSeparator />
          {isCategory && <CreateItems serverId={serverId} categoryId={channelId} />}
          <MenuItem icon={<ArrowUp />} disabled={!onUp} onSelect={() => onUp?.()}>
            {shell.move.up}
          </MenuItem>
          <MenuItem icon={<ArrowDown />} disabled={!onDown} onSelect={() => onDown?.()}>
            {shell.move.down}
          </MenuItem>
        </>
      )}
      {mayManage && (
        <>
          <MenuSeparator />
          <MenuItem icon={<Pencil />} onSelect={() => openDialog({ kind: 'edit_channel', channelId })}>
            {isCategory ? words.editCategory : words.edit}
          </MenuItem>
          <MenuItem danger icon={<Trash2 />} onSelect={() => openDialog({ kind: 'delete_channel', channelId })}>
            {isCategory ? words.deleteCategory : words.delete}
          </MenuItem>
        </>
      )}
    </>
  );
}

function CreateItems({ serverId, categoryId }: { serverId: Id; categoryId: Id | null }) {
  return (
    <>
      <MenuItem icon={<Plus />} onSelect={() => openDialog({ kind: 'create_channel', serverId, categoryId, type: 'text' })}>
        {words.createChannel}
      </MenuItem>
      {!categoryId && (
        <MenuItem icon={<FolderPlus />} onSelect={() => openDialog({ kind: 'create_channel', serverId, categoryId: null, type: 'category' })}>
          {words.createCategory}
        </MenuItem>
      )}
    </>
  );
}

async function copyLink(channel: { id: Id; server_id: Id }): Promise<void> {
  try {
    await navigator.clipboard.writeText(`${location.origin}${paths.channel(channel)}`);
    toast.show({ tone: 'success', title: words.linkCopied });
  } catch {
    toast.show({ tone: 'error', title: words.linkNotCopied });
  }
}
