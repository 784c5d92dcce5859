import { Bell, CheckCheck, LogOut, Pencil, X } from 'lucide-react';
import { markRead } from '@/actions/messages';
import { openDialog } from '@/actions/view';
import { NotificationItems } from '@/app/NotificationItems';
import type { Channel } from '@/contracts';
import { useApp } from '@/state/store';
import { isUnread } from '@/state/unread';
import { friends as strings } from '@/strings/friends';
import { MenuItem, MenuSeparator, SubMenu } from '@/ui/Menu';

/** What can be done with a conversation in the list. */
export function ConversationMenu({ channel, onClose, onLeave }: { channel: Channel; onClose: () => void; onLeave: () => void }) {
  const canRead = useApp((state) => isUnread(state, channel.id) || Boolean(state.readStates[channel.id]?.mention_count));
  return (
    <>
      <MenuItem icon={<CheckCheck />} disabled={!canRead} onSelect={() => markRead(channel.id)}>
        {strings.markRead}
      </MenuItem>
      <SubMenu icon={<Bell />} label={strings.notifications}>
        <NotificationItems id={channel.id} />
      </SubMenu>
      <MenuSeparator />
      {channel.type === 'group_dm' ? (
        <>
          <MenuItem icon={<Pencil />} onSelect={() => openDialog({ kind: 'edit_group', channelId: channel.id })}>
            {strings.editGroup}
          </MenuItem>
          <MenuItem danger icon={<LogOut />} onSelect={onLeave}>
            {strings.leave}
          </MenuItem>
        </>
      ) : (
        <MenuItem icon={<X />} onSelect={onClose}>
          {strings.close}
        </MenuItem>
      )}
    </>
  );
}
