import { answer, api } from '@/api/client';
import { sendFile, type Transfer } from '@/api/upload';
import type { AuditEntry, AuditLogPage, Ban, Invite, Member, Role } from '@/contracts';
import type { RolePlace } from '@/servers/settings/roleOrder';
import type { Id } from '@/state/state';
import { dispatch, store } from '@/state/store';

// These throw ApiError.

export async function renameServer(serverId: Id, name: string): Promise<void> {
  dispatch({ type: 'server', server: await answer(api.PATCH('/api/servers/{id}', { params: { path: { id: serverId } }, body: { name } })) });
}

export async function uploadIcon(serverId: Id, picture: Blob, transfer: Transfer): Promise<void> {
  await sendFile('PUT', `/api/servers/${serverId}/icon`, picture, transfer);
}

export async function removeIcon(serverId: Id): Promise<void> {
  await answer(api.DELETE('/api/servers/{id}/icon', { params: { path: { id: serverId } } }));
}

export async function transferServer(serverId: Id, userId: Id): Promise<void> {
  const params = { path: { id: serverId } };
  dispatch({ type: 'server', server: await answer(api.POST('/api/servers/{id}/transfer', { params, body: { user_id: userId } })) });
}

export type RoleChange = Partial<Pick<Role, 'name' | 'color' | 'hoist' | 'mentionable' | 'permissions'>>;

export async function createRole(serverId: Id, name: string): Promise<Role> {
  const role = await answer(api.POST('/api/servers/{id}/roles', { params: { path: { id: serverId } }, body: { name } }));
  dispatch({ type: 'roles', serverId, roles: [role] });
  return role;
}

export async function changeRole(serverId: Id, roleId: Id, change: RoleChange): Promise<void> {
  const params = { path: { id: serverId, roleId } };
  const role = await answer(api.PATCH('/api/servers/{id}/roles/{roleId}', { params, body: change }));
  dispatch({ type: 'roles', serverId, roles: [role] });
}

export async function deleteRole(serverId: Id, roleId: Id): Promise<void> {
  await answer(api.DELETE('/api/servers/{id}/roles/{roleId}', { params: { path: { id: serverId, roleId } } }));
}

/** Shown at once, and taken back if the host says no. */
export async function placeRoles(serverId: Id, places: readonly RolePlace[]): Promise<void> {
  const known = () => store.getState().servers[serverId]?.roles ?? {};
  const placed = (at: readonly RolePlace[]) =>
    at.flatMap(({ id, position }) => {
      const role = known()[id];
      return role ? [{ ...role, position }] : [];
    });
  const before = places.flatMap(({ id }) => known()[id] ?? []);
  dispatch({ type: 'roles', serverId, roles: placed(places) });
  try {
    await answer(api.PATCH('/api/servers/{id}/roles', { params: { path: { id: serverId } }, body: [...places] }));
  } catch (error) {
    dispatch({ type: 'roles', serverId, roles: placed(before) });
    throw error;
  }
}

/** Members in one answer. */
export const membersPage = 50;

export function findMembers(serverId: Id, query: string, after: Id | null, signal: AbortSignal): Promise<Member[]> {
  const asked = { limit: membersPage, ...(query ? { query } : {}), ...(after ? { after } : {}) };
  return answer(api.GET('/api/servers/{id}/members', { params: { path: { id: serverId }, query: asked }, signal }));
}

/** Bans in one answer. */
export const bansPage = 100;

export function fetchBans(serverId: Id, after: Id | null, signal: AbortSignal): Promise<Ban[]> {
  const query = { limit: bansPage, ...(after ? { after } : {}) };
  return answer(api.GET('/api/servers/{id}/bans', { params: { path: { id: serverId }, query }, signal }));
}

export async function unban(serverId: Id, userId: Id): Promise<void> {
  await answer(api.DELETE('/api/servers/{id}/bans/{userId}', { params: { path: { id: serverId, userId } } }));
}

export function fetchInvites(serverId: Id, signal: AbortSignal): Promise<Invite[]> {
  return answer(api.GET('/api/servers/{id}/invites', { params: { path: { id: serverId } }, signal }));
}

export async function revokeInvite(code: string): Promise<void> {
  await answer(api.DELETE('/api/invites/{code}', { params: { path: { code } } }));
}

/** Entries in one answer. */
export const auditPage = 50;

export interface AuditFilter {
  userId: Id | null;
  action: AuditEntry['action'] | null;
}

export function fetchAuditLog(serverId: Id, { userId, action }: AuditFilter, before: Id | null, signal: AbortSignal): Promise<AuditLogPage> {
  const query = { limit: auditPage, ...(userId ? { user_id: userId } : {}), ...(action ? { action } : {}), ...(before ? { before } : {}) };
  return answer(api.GET('/api/servers/{id}/audit-log', { params: { path: { id: serverId }, query }, signal }));
}
