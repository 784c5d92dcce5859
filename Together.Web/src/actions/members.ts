import { answer, api } from '@/api/client';
import type { Channel, UserProfile } from '@/contracts';
import type { Id } from '@/state/state';
import { dispatch, store } from '@/state/store';
import { requestMembers } from './messages';

/** Members of one request. */
const pageSize = 100;

/** READY brings this many members of a server, by ID. */
const inReady = 1000;

const cursors = new Map<Id, Id>();

/**
 * Fetches one page of the members that READY left out, and who of them is there.
 * @returns whether there may be more. Throws ApiError
 */
export async function fetchMembers(serverId: Id, signal: AbortSignal): Promise<boolean> {
  const server = store.getState().servers[serverId];
  if (!server) return false;
  const known = Object.keys(server.members);
  if (known.length >= server.member_count) return false;
  const after = cursors.get(serverId) ?? known.sort()[Math.min(inReady, known.length) - 1];
  const params = { path: { id: serverId }, query: { limit: pageSize, ...(after ? { after } : {}) } };
  const page = await answer(api.GET('/api/servers/{id}/members', { params, signal }));
  const ids = page.map(({ user }) => user.id);
  const last = ids.at(-1);
  if (!last || !requestMembers(serverId, { user_ids: ids, limit: ids.length })) return false;
  cursors.set(serverId, last);
  return page.length === pageSize;
}

// These throw ApiError.

export function fetchProfile(userId: Id, signal: AbortSignal): Promise<UserProfile> {
  return answer(api.GET('/api/users/{id}', { params: { path: { id: userId } }, signal }));
}

/** Opens the conversation with one other. */
export async function openConversation(userId: Id): Promise<Channel> {
  const channel = await answer(api.POST('/api/users/@me/channels', { body: { recipient_ids: [userId] } }));
  dispatch({ type: 'channels', channels: [channel] });
  return channel;
}

/** Asks for a friendship, or accepts one. */
export function befriend(userId: Id): Promise<void> {
  return setRelationship(userId, 'friend');
}

export function block(userId: Id): Promise<void> {
  return setRelationship(userId, 'blocked');
}

async function setRelationship(userId: Id, type: 'friend' | 'blocked'): Promise<void> {
  await answer(api.PUT('/api/users/@me/relationships/{userId}', { params: { path: { userId } }, body: { type } }));
}

/** Ends a friendship, declines or takes back a request, or unblocks. */
export async function endRelationship(userId: Id): Promise<void> {
  await answer(api.DELETE('/api/users/@me/relationships/{userId}', { params: { path: { userId } } }));
}

/** @param nickname null for none */
export async function setNickname(serverId: Id, userId: Id, nickname: string | null): Promise<void> {
  const isOwn = userId === store.getState().me?.id;
  await answer(
    isOwn
      ? api.PATCH('/api/servers/{id}/members/@me', { params: { path: { id: serverId } }, body: { nickname } })
      : api.PATCH('/api/servers/{id}/members/{userId}', { params: { path: { id: serverId, userId } }, body: { nickname } }),
  );
}

export async function giveRole(serverId: Id, userId: Id, roleId: Id, isGiven: boolean): Promise<void> {
  const params = { path: { id: serverId, userId, roleId } };
  const route = '/api/servers/{id}/members/{userId}/roles/{roleId}';
  await answer(isGiven ? api.PUT(route, { params }) : api.DELETE(route, { params }));
}

/** @param seconds null ends a timeout */
export async function timeOut(serverId: Id, userId: Id, seconds: number | null, reason: string): Promise<void> {
  const timeout_until = seconds === null ? null : new Date(Date.now() + seconds * 1000).toISOString();
  const params = { path: { id: serverId, userId }, header: audited(reason) };
  await answer(api.PATCH('/api/servers/{id}/members/{userId}', { params, body: { timeout_until } }));
}

export async function kick(serverId: Id, userId: Id, reason: string): Promise<void> {
  await answer(api.DELETE('/api/servers/{id}/members/{userId}', { params: { path: { id: serverId, userId }, header: audited(reason) } }));
}

/** @param deleteSeconds how far back their messages are deleted; 0 for not at all */
export async function ban(serverId: Id, userId: Id, deleteSeconds: number, reason: string): Promise<void> {
  const body = { reason: reason || null, delete_message_seconds: deleteSeconds };
  await answer(api.PUT('/api/servers/{id}/bans/{userId}', { params: { path: { id: serverId, userId } }, body }));
}

/** Why, for the audit log. */
function audited(reason: string): { 'X-Audit-Log-Reason'?: string } {
  return reason ? { 'X-Audit-Log-Reason': encodeURIComponent(reason) } : {};
}
