import type { Role } from '@/contracts';
import { rolesInOrder } from '@/state/names';
import { rank } from '@/state/permissions';
import type { Community, Id } from '@/state/state';

export interface RolePlace {
  id: Id;
  position: number;
}

/** Whether somebody stands above a role (communities.md, "Roles and rank"). */
export function standsAbove(server: Community, userId: Id, role: Role): boolean {
  const own = rank(server, userId);
  return own.position > role.position || (own.position === role.position && own.position > 0 && own.id < role.id);
}

/**
 * The positions that put a role at another place among those that one may order.
 * @param to the place among them, 0 for the highest
 * @returns what changes; null when there are not enough positions below one's own role
 */
export function movedRole(server: Community, userId: Id, roleId: Id, to: number): RolePlace[] | null {
  const below = rolesInOrder(server).filter((role) => role.id !== server.id && standsAbove(server, userId, role));
  const moved = below.find(({ id }) => id === roleId);
  if (!moved) return [];
  const order = below.filter((role) => role !== moved);
  order.splice(Math.max(0, Math.min(to, order.length)), 0, moved);
  if (order.every((role, index) => role === below[index])) return [];
  if (order.length >= rank(server, userId).position) return null;
  return order.flatMap((role, index) => {
    const position = order.length - index;
    return role.position === position ? [] : [{ id: role.id, position }];
  });
}
