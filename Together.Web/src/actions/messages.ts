import { answer, api } from '@/api/client';
import { isTransient, type Problem, problemOf } from '@/api/problem';
import type { Message } from '@/contracts';
import { sendFrame, whenReady } from '@/gateway/connection';
import type { Id, OutgoingMessage, WindowEdge } from '@/state/state';
import { dispatch, store } from '@/state/store';
import { isUnread } from '@/state/unread';

/** Messages of one request. */
const pageSize = 50;

/** Lower than any message's. */
const beginning = '00000000-0000-7000-8000-000000000000';

/** Within this time the host answers a repeated nonce with the first message, in milliseconds (protocol: ten minutes). */
const nonceLasts = 9 * 60_000;

// ---- reading ----

const fetching = new Map<Id, AbortController>();

/** Fetches a part of a channel. One request a channel at a time: a jump ends a scroll. */
export async function load(channelId: Id, edge: WindowEdge, around?: Id): Promise<void> {
  const window = store.getState().windows[channelId];
  if ((edge === 'older' || edge === 'newer') && (window?.loading || !window)) return;
  if (edge === 'latest' && window?.loading === 'latest') return;
  const query = pageOf(edge, window?.ids ?? [], around);
  if (!query) return;
  fetching.get(channelId)?.abort();
  const abort = new AbortController();
  fetching.set(channelId, abort);
  dispatch({ type: 'window_loading', channelId, edge });
  try {
    const messages = await answer(
      api.GET('/api/channels/{id}/messages', { params: { path: { id: channelId }, query: { ...query, limit: pageSize } }, signal: abort.signal }),
    );
    dispatch({ type: 'window_loaded', channelId, edge, messages, limit: pageSize });
  } catch (error) {
    const problem = problemOf(error);
    if (fetching.get(channelId) === abort) dispatch({ type: 'window_failed', channelId, problem });
  } finally {
    if (fetching.get(channelId) === abort) fetching.delete(channelId);
  }
}

function pageOf(edge: WindowEdge, ids: readonly Id[], around: Id | undefined): { before?: Id; after?: Id; around?: Id } | null {
  switch (edge) {
    case 'latest':
      return {};
    case 'oldest':
      return { after: beginning };
    case 'around':
      return around ? { around } : null;
    case 'older':
      return ids[0] ? { before: ids[0] } : null;
    case 'newer': {
      const last = ids.at(-1);
      return last ? { after: last } : null;
    }
  }
}

/** Shows a channel: its last messages are fetched unless they are here. */
export function open(channelId: Id | null): void {
  dispatch({ type: 'opened', channelId });
  if (channelId) refreshWindow(channelId);
}

function refreshWindow(channelId: Id): void {
  const state = store.getState();
  const window = state.windows[channelId];
  if (!state.channels[channelId] || (window && !window.stale)) return;
  const middle = window?.hasNewer ? window.ids[Math.floor(window.ids.length / 2)] : undefined;
  void (middle ? load(channelId, 'around', middle) : load(channelId, 'latest'));
}

whenReady(() => {
  const { openChannel, outbox } = store.getState();
  if (openChannel) refreshWindow(openChannel);
  for (const channelId of Object.keys(outbox)) void drain(channelId);
});

const marking = new Map<Id, ReturnType<typeof setTimeout>>();

/** Marks everything as read that is in a channel; said to the host at most once a second. */
export function markRead(channelId: Id): void {
  const state = store.getState();
  const last = state.channels[channelId]?.last_message_id;
  if (!last || (!isUnread(state, channelId) && !state.readStates[channelId]?.mention_count)) return;
  dispatch({ type: 'read', channelId, messageId: last });
  if (marking.has(channelId)) return;
  marking.set(
    channelId,
    setTimeout(() => {
      marking.delete(channelId);
      void sayRead(channelId, store.getState().readStates[channelId]?.last_read_message_id ?? null);
    }, 1000),
  );
}

/** Makes a message and all behind it unread. Throws ApiError. */
export async function markUnread(channelId: Id, messageId: Id): Promise<void> {
  const ids = store.getState().windows[channelId]?.ids ?? [];
  const before = ids[ids.indexOf(messageId) - 1] ?? null;
  await answer(api.PUT('/api/channels/{id}/read', { params: { path: { id: channelId } }, body: { message_id: before } }));
}

async function sayRead(channelId: Id, messageId: Id | null): Promise<void> {
  try {
    await answer(api.PUT('/api/channels/{id}/read', { params: { path: { id: channelId } }, body: { message_id: messageId } }));
  } catch {
    // The next mark makes up for it.
  }
}

// ---- writing ----

export interface NewMessage {
  content: string;
  replyTo?: Message | null;
  attachments?: { id: Id; filename: string }[];
}

/** Shows the message at once and sends it. It stays, with its reason, if that fails. */
export function send(channelId: Id, { content, replyTo = null, attachments = [] }: NewMessage): void {
  const message: OutgoingMessage = {
    nonce: crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`,
    channelId,
    content,
    replyTo,
    attachmentIds: attachments.map(({ id }) => id),
    filenames: attachments.map(({ filename }) => filename),
    createdAt: Date.now(),
    status: 'sending',
    problem: null,
  };
  dispatch({ type: 'send', message });
  void drain(channelId);
}

export function sendAgain(channelId: Id, nonce: string): void {
  dispatch({ type: 'send_again', channelId, nonce });
  void drain(channelId);
}

/** Gives a message up that was not sent. */
export function drop(channelId: Id, nonce: string): void {
  dispatch({ type: 'send_dropped', channelId, nonce });
}

const draining = new Set<Id>();

/** Sends what waits in a channel, one after the other, so that the order stays. */
async function drain(channelId: Id): Promise<void> {
  if (draining.has(channelId)) return;
  draining.add(channelId);
  try {
    for (let next = waiting(channelId); next; next = waiting(channelId)) {
      const problem = await post(next);
      if (!problem) continue;
      // After a while the host may have forgotten the nonce: then only the writer knows whether to send it again.
      const isSafe = Date.now() - next.createdAt < nonceLasts;
      if (problem.code === 'rate_limited' && problem.retryAfter !== null && problem.retryAfter <= 60) await pause(problem.retryAfter * 1000);
      else if (isTransient(problem) && isSafe && store.getState().connection.phase !== 'ready')
        return; // Goes on when the session is up.
      else if (isTransient(problem) && isSafe && retries(next.nonce) < 5) await pause(1000);
      else dispatch({ type: 'send_failed', channelId, nonce: next.nonce, problem });
    }
  } finally {
    draining.delete(channelId);
  }
}

const tried = new Map<string, number>();

function retries(nonce: string): number {
  const count = (tried.get(nonce) ?? 0) + 1;
  tried.set(nonce, count);
  return count;
}

function waiting(channelId: Id): OutgoingMessage | undefined {
  return store.getState().outbox[channelId]?.find(({ status }) => status === 'sending');
}

async function post(message: OutgoingMessage): Promise<Problem | null> {
  try {
    const { content, nonce, replyTo, attachmentIds } = message;
    const body = {
      content,
      nonce,
      ...(replyTo ? { reply_to: replyTo.id } : {}),
      ...(attachmentIds.length > 0 ? { attachment_ids: attachmentIds } : {}),
    };
    const posted = await answer(api.POST('/api/channels/{id}/messages', { params: { path: { id: message.channelId } }, body }));
    dispatch({ type: 'message', message: posted }, { type: 'send_dropped', channelId: message.channelId, nonce });
    tried.delete(nonce);
    return null;
  } catch (error) {
    return problemOf(error);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

// ---- changing; these throw ApiError ----

export async function edit(channelId: Id, messageId: Id, content: string): Promise<void> {
  const message = await answer(
    api.PATCH('/api/channels/{id}/messages/{messageId}', { params: { path: { id: channelId, messageId } }, body: { content } }),
  );
  dispatch({ type: 'message', message }, { type: 'editing', channelId, messageId: null });
}

export async function remove(channelId: Id, messageId: Id): Promise<void> {
  await answer(api.DELETE('/api/channels/{id}/messages/{messageId}', { params: { path: { id: channelId, messageId } } }));
  dispatch({ type: 'message_gone', channelId, messageId });
}

/** Adds or takes away one's own reaction. */
export async function react(channelId: Id, messageId: Id, emoji: string, isAdded: boolean): Promise<void> {
  dispatch({ type: 'reaction', channelId, messageId, emoji, isAdded });
  try {
    const params = { path: { id: channelId, messageId, emoji } };
    const route = '/api/channels/{id}/messages/{messageId}/reactions/{emoji}/@me';
    await answer(isAdded ? api.PUT(route, { params }) : api.DELETE(route, { params }));
  } catch (error) {
    dispatch({ type: 'reaction', channelId, messageId, emoji, isAdded: !isAdded });
    throw error;
  }
}

export async function pin(channelId: Id, messageId: Id, isPinned: boolean): Promise<void> {
  const params = { path: { id: channelId, messageId } };
  await answer(isPinned ? api.PUT('/api/channels/{id}/pins/{messageId}', { params }) : api.DELETE('/api/channels/{id}/pins/{messageId}', { params }));
}

let typedAt = 0;
let typedIn: Id | null = null;

/** Shows the others that one types; the host passes it on every 8 seconds. */
export function typing(channelId: Id): void {
  const now = performance.now();
  if (typedIn === channelId && now - typedAt < 8000) return;
  typedAt = now;
  typedIn = channelId;
  void answer(api.POST('/api/channels/{id}/typing', { params: { path: { id: channelId } } })).catch(() => {});
}

/** Members of a server whom READY left out. */
export function requestMembers(serverId: Id, query: { query?: string; user_ids?: Id[]; limit?: number }): boolean {
  return sendFrame({ op: 'REQUEST_MEMBERS', d: { server_id: serverId, ...query } });
}
