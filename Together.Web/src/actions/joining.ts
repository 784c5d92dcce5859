import { answer, api } from '@/api/client';
import type { Invite } from '@/contracts';
import type { Id } from '@/state/state';
import { dispatch, store } from '@/state/store';

/** How long a new server or channel may take to come over the gateway before the client goes on without, in milliseconds. */
const eventWithin = 5000;

/** Creates a server and answers its ID once it is shown. Throws ApiError. */
export async function createServer(name: string): Promise<Id> {
  const server = await answer(api.POST('/api/servers', { body: { name } }));
  await shown(server.id);
  return server.id;
}

/** Needs no login. Throws ApiError: 404 for one that does not work any more. */
export function previewInvite(code: string): Promise<Invite> {
  return answer(api.GET('/api/invites/{code}', { params: { path: { code } } }));
}

/** Joins by an invite and answers the server's ID once it is shown. Throws ApiError. */
export async function join(code: string): Promise<Id> {
  const server = await answer(api.POST('/api/invites/{code}', { params: { path: { code } } }));
  await shown(server.id);
  return server.id;
}

/** 0 stands for no limit. Throws ApiError. */
export function invite(serverId: Id, limits: { max_uses: number; max_age_seconds: number }): Promise<Invite> {
  return answer(api.POST('/api/servers/{id}/invites', { params: { path: { id: serverId } }, body: limits }));
}

/** Throws ApiError. */
export async function setUpInstance(name: string, registration: 'open' | 'invite' | 'closed'): Promise<void> {
  dispatch({ type: 'instance', instance: await answer(api.PATCH('/api/instance', { body: { name, registration } })) });
}

/** The code in what somebody pasted: a link to this host or another one, or the code alone; null for neither. */
export function inviteCode(text: string): string | null {
  const trimmed = text.trim();
  const last = /^(?:https?:\/\/[^/\s]+\/)?(?:\/?invite\/)?([A-Za-z0-9_-]{8,64})\/?$/.exec(trimmed);
  return last?.[1] ?? null;
}

export function inviteLink(code: string): string {
  return `${location.origin}/invite/${code}`;
}

function shown(serverId: Id): Promise<void> {
  const isThere = () => store.getState().servers[serverId] !== undefined;
  if (isThere()) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      stop();
      clearTimeout(timer);
      resolve();
    };
    const stop = store.subscribe(() => isThere() && end());
    const timer = setTimeout(end, eventWithin);
  });
}
