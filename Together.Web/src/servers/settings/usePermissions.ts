import { Permission, serverPermissions } from '@/state/permissions';
import type { Id, OpenDialog } from '@/state/state';
import { useApp } from '@/state/store';

export type Section = Extract<OpenDialog, { kind: 'server_settings' }>['section'];

/** What one may do in a server; nothing in one that is gone. */
export function usePermissions(serverId: Id): bigint {
  return useApp((state) => {
    const server = state.servers[serverId];
    return server && state.me ? serverPermissions(server, state.me.id, Date.now()) : 0n;
  });
}

const { MANAGE_SERVER, MANAGE_ROLES, KICK_MEMBERS, BAN_MEMBERS, TIMEOUT_MEMBERS, MANAGE_NICKNAMES, VIEW_AUDIT_LOG } = Permission;

/** One of these opens a section. */
const needed: Record<Section, bigint> = {
  overview: MANAGE_SERVER,
  roles: MANAGE_ROLES,
  members: MANAGE_ROLES | KICK_MEMBERS | BAN_MEMBERS | TIMEOUT_MEMBERS | MANAGE_NICKNAMES,
  bans: BAN_MEMBERS,
  invites: MANAGE_SERVER,
  audit_log: VIEW_AUDIT_LOG,
};

export function mayOpen(section: Section, mask: bigint): boolean {
  return (needed[section] & mask) !== 0n;
}
