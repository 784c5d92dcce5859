import { answer, api } from '@/api/client';
import type { Message, User } from '@/contracts';
import type { Id } from '@/state/state';
import { dispatch, store } from '@/state/store';

/** Names that a reaction's tooltip can hold. */
const shown = 10;

/** Who reacted, the first few by ID. Throws ApiError. */
export function reactors(channelId: Id, messageId: Id, emoji: string): Promise<User[]> {
  const params = { path: { id: channelId, messageId, emoji }, query: { limit: shown } };
  return answer(api.GET('/api/channels/{id}/messages/{messageId}/reactions/{emoji}', { params }));
}

/** The last one pinned first. Throws ApiError. */
export function pins(channelId: Id): Promise<Message[]> {
  return answer(api.GET('/api/channels/{id}/pins', { params: { path: { id: channelId } } }));
}

const renewed = new Map<Id, number>();

/** Less than links last (files.md: a day at least), and enough that a broken file is not asked for again and again. In milliseconds. */
const renewalLasts = 12 * 3_600_000;

/** Links to files end after a day or two: asks for fresh ones. False when that was done already, or failed. */
export async function renewLinks(channelId: Id, messageId: Id): Promise<boolean> {
  if (performance.now() - (renewed.get(messageId) ?? Number.NEGATIVE_INFINITY) < renewalLasts) return false;
  renewed.set(messageId, performance.now());
  try {
    const message = await answer(api.GET('/api/channels/{id}/messages/{messageId}', { params: { path: { id: channelId, messageId } } }));
    dispatch({ type: 'attachments', channelId, messageId, attachments: message.attachments });
    return true;
  } catch {
    return false;
  }
}

/** Begins an answer: the composer shows it, whatever is written there already stays. */
export function startReply(message: Message): void {
  const channelId = message.channel_id;
  const draft = store.getState().drafts[channelId];
  dispatch({ type: 'draft', channelId, draft: { text: '', mentions: {}, ...draft, replyTo: message } });
}

export function startEditing(message: Message): void {
  dispatch({ type: 'editing', channelId: message.channel_id, messageId: message.id });
}

export function stopEditing(channelId: Id): void {
  dispatch({ type: 'editing', channelId, messageId: null });
}

/** Sets the line "new"; null takes it away. */
export function setNewSince(messageId: Id | null): void {
  dispatch({ type: 'new_since', messageId });
}
