import { send } from '@/actions/messages';
import { filesOf, filesSent, sendWhenUploaded, whenSendable } from '@/actions/uploads';
import type { Id } from '@/state/state';
import { dispatch, store } from '@/state/store';
import { beginWait } from './slowMode';
import { nothingWritten, toWire } from './written';

/**
 * Sends a channel's draft with its files, at once or when they are all there.
 * @returns false when there is nothing to send, or a file that failed
 */
export function submit(channelId: Id): boolean {
  const draft = store.getState().drafts[channelId];
  const content = toWire(draft ?? nothingWritten).trim();
  const files = filesOf(channelId);
  if (files.some(({ status }) => status === 'failed') || (content === '' && files.length === 0)) {
    sendWhenUploaded(channelId, false);
    return false;
  }
  if (files.some(({ status }) => status !== 'done')) {
    sendWhenUploaded(channelId, true);
    return true;
  }
  const attachments = files.flatMap(({ attachment }) => attachment ?? []);
  filesSent(channelId);
  beginWait(channelId);
  dispatch({ type: 'draft', channelId, draft: null });
  send(channelId, { content, replyTo: draft?.replyTo ?? null, attachments });
  return true;
}

whenSendable(submit);
