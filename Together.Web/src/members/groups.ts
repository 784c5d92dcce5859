import type { Presence, Role, User } from '@/contracts';
import { rolesInOrder } from '@/state/names';
import type { Community, Id } from '@/state/state';

export interface MemberGroup {
  /** A role's ID, `online` or `offline`. */
  id: string;
  /** Null for those whom no role lists apart. */
  role: Role | null;
  userIds: Id[];
}

const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });

/** The members of a server by the name that they have there. */
export function byName(server: Community, users: Record<Id, User>): Id[] {
  return Object.values(server.members)
    .map(({ user_id, nickname }) => ({ id: user_id, name: nickname ?? users[user_id]?.display_name ?? '' }))
    .sort((a, b) => collator.compare(a.name, b.name) || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id);
}

/**
 * Who is there by the highest role that is listed apart, then the others who are there, then who is not. Groups without anybody are left out.
 * @param userIds in the order that they shall have in each group
 */
export function memberGroups(server: Community, userIds: readonly Id[], presences: Record<Id, Presence>): MemberGroup[] {
  const hoisted = rolesInOrder(server).filter(({ hoist, id }) => hoist && id !== server.id);
  const groups: MemberGroup[] = hoisted.map((role) => ({ id: role.id, role, userIds: [] }));
  const online: MemberGroup = { id: 'online', role: null, userIds: [] };
  const offline: MemberGroup = { id: 'offline', role: null, userIds: [] };
  for (const id of userIds) {
    const roles = server.members[id]?.role_ids ?? [];
    const group = isThere(presences[id]) ? (roles.length > 0 && groups.find((one) => roles.includes(one.id))) || online : offline;
    group.userIds.push(id);
  }
  return [...groups, online, offline].filter((group) => group.userIds.length > 0);
}

/** One's own presence says `invisible`; everybody else sees such people as offline. */
export function isThere(presence: Presence | undefined): boolean {
  return presence !== undefined && presence.status !== 'offline' && presence.status !== 'invisible';
}

export type MemberRow = { kind: 'group'; group: MemberGroup } | { kind: 'member'; userId: Id; isThere: boolean };

export function memberRows(groups: readonly MemberGroup[]): MemberRow[] {
  return groups.flatMap((group) => [
    { kind: 'group' as const, group },
    ...group.userIds.map((userId) => ({ kind: 'member' as const, userId, isThere: group.id !== 'offline' })),
  ]);
}
