import { Bell, CheckCheck, FolderPlus, LogOut, Pencil, Plus, Settings, Trash2, UserPlus } from 'lucide-react';
import { markServerRead } from '@/actions/servers';
import { openDialog } from '@/actions/view';
import { NotificationItems } from '@/app/NotificationItems';
import { attentions } from '@/state/attention';
import { may, Permission, serverPermissions } from '@/state/permissions';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { shell } from '@/strings/shell';
import { MenuItem, MenuSeparator, SubMenu } from '@/ui/Menu';

/** Any of these opens the settings of a server. */
const settingsNeed = Permission.MANAGE_SERVER | Permission.MANAGE_ROLES | Permission.BAN_MEMBERS | Permission.VIEW_AUDIT_LOG;

/** What one may do in a server at large; 0n for one that is not there. */
export function useServerPermissions(serverId: Id): bigint {
  return useApp((state) => {
    const server = state.servers[serverId];
    return server && state.me ? serverPermissions(server, state.me.id, Date.now()) : 0n;
  });
}

/** All that can be done with a server; for within a menu. */
export function ServerMenuItems({ serverId }: { serverId: Id }) {
  const mask = useServerPermissions(serverId);
  const isOwner = useApp((state) => state.servers[serverId]?.owner_id === state.me?.id);
  const calls = useApp((state) => {
    const own = attentions(state).servers[serverId];
    return Boolean(own && (own.unread || own.mentions > 0));
  });
  const myId = useApp((state) => state.me?.id);
  const words = shell.server;
  return (
    <>
      <MenuItem icon={<CheckCheck />} disabled={!calls} onSelect={() => markServerRead(serverId)}>
        {words.markRead}
      </MenuItem>
      <MenuSeparator />
      {may(mask, Permission.CREATE_INVITE) && (
        <MenuItem icon={<UserPlus />} onSelect={() => openDialog({ kind: 'invite', serverId })}>
          {words.invite}
        </MenuItem>
      )}
      {(mask & settingsNeed) !== 0n && (
        <MenuItem icon={<Settings />} onSelect={() => openDialog({ kind: 'server_settings', serverId, section: settingsSection(mask) })}>
          {words.settings}
        </MenuItem>
      )}
      {may(mask, Permission.MANAGE_CHANNELS) && (
        <>
          <MenuItem icon={<Plus />} onSelect={() => openDialog({ kind: 'create_channel', serverId, categoryId: null, type: 'text' })}>
            {words.createChannel}
          </MenuItem>
          <MenuItem icon={<FolderPlus />} onSelect={() => openDialog({ kind: 'create_channel', serverId, categoryId: null, type: 'category' })}>
            {words.createCategory}
          </MenuItem>
        </>
      )}
      <SubMenu icon={<Bell />} label={words.notifications}>
        <NotificationItems id={serverId} />
      </SubMenu>
      {myId && (mask & (Permission.CHANGE_NICKNAME | Permission.MANAGE_NICKNAMES)) !== 0n && (
        <MenuItem icon={<Pencil />} onSelect={() => openDialog({ kind: 'moderate', action: 'nickname', serverId, userId: myId })}>
          {words.nickname}
        </MenuItem>
      )}
      <MenuSeparator />
      {isOwner ? (
        <MenuItem danger icon={<Trash2 />} onSelect={() => openDialog({ kind: 'delete_server', serverId })}>
          {words.delete}
        </MenuItem>
      ) : (
        <MenuItem danger icon={<LogOut />} onSelect={() => openDialog({ kind: 'leave_server', serverId })}>
          {words.leave}
        </MenuItem>
      )}
    </>
  );
}

function settingsSection(mask: bigint): 'overview' | 'roles' | 'bans' | 'audit_log' {
  if (may(mask, Permission.MANAGE_SERVER)) return 'overview';
  if (may(mask, Permission.MANAGE_ROLES)) return 'roles';
  return may(mask, Permission.BAN_MEMBERS) ? 'bans' : 'audit_log';
}
