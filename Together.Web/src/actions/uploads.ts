import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { createStore } from 'zustand/vanilla';
import { problemOf } from '@/api/problem';
import { sendFile } from '@/api/upload';
import type { Attachment } from '@/contracts';
import type { Id } from '@/state/state';
import { store } from '@/state/store';
import {
  chosenFiles,
  isUnfinished,
  noUploads,
  type RefusedFile,
  reduceUploads,
  sendable,
  startable,
  type Upload,
  type UploadAction,
  type Uploads,
  uploadsOf,
} from './uploadQueue';

/** Files are in this page's memory alone: a reload loses them, and is asked about. */
const uploads = createStore<Uploads>(() => noUploads);
const requests = new Map<string, AbortController>();
let onSendable: (channelId: Id) => void = () => {};

export function useUploads(channelId: Id): Upload[] {
  return useStore(
    uploads,
    useShallow((state) => uploadsOf(state, channelId)),
  );
}

/** Whether the channel's message waits for its files. */
export function useIsSending(channelId: Id): boolean {
  return useStore(uploads, (state) => state.sending.includes(channelId));
}

export function filesOf(channelId: Id): Upload[] {
  return uploadsOf(uploads.getState(), channelId);
}

/** Calls back when all files of a channel are there whose message waits for them. */
export function whenSendable(send: (channelId: Id) => void): void {
  onSendable = send;
}

/** Begins to upload files for a channel's next message. Answers those that are not taken. */
export function addFiles(channelId: Id, files: readonly File[]): RefusedFile[] {
  const limits = store.getState().instance?.limits;
  const { taken, refused } = chosenFiles(files, filesOf(channelId).length, {
    count: limits?.attachments_per_message ?? 10,
    size: limits?.attachment_max_bytes ?? Number.POSITIVE_INFINITY,
  });
  if (taken.length > 0) apply({ type: 'added', channelId, files: taken.map((file) => ({ id: `upload-${++count}`, file })) });
  return refused;
}

let count = 0;

export function removeUpload(id: string): void {
  apply({ type: 'removed', id });
  requests.get(id)?.abort();
}

export function uploadAgain(id: string): void {
  apply({ type: 'again', id });
}

/** Has the message go out when its files are there, or not. */
export function sendWhenUploaded(channelId: Id, isSending: boolean): void {
  apply({ type: 'sending', channelId, isSending });
}

/** The files belong to a message now. */
export function filesSent(channelId: Id): void {
  apply({ type: 'sent', channelId });
}

function apply(action: UploadAction): void {
  uploads.setState((state) => reduceUploads(state, action), true);
  for (let next = startable(uploads.getState())[0]; next; next = startable(uploads.getState())[0]) void run(next);
  const state = uploads.getState();
  if (state.list.some(isUnfinished) || state.sending.length > 0) window.addEventListener('beforeunload', warn);
  else window.removeEventListener('beforeunload', warn);
  for (const channelId of sendable(state)) onSendable(channelId);
}

function warn(event: BeforeUnloadEvent): void {
  event.preventDefault();
}

store.subscribe((state, before) => {
  if (state.session === before.session || state.session === 'signed_in') return;
  apply({ type: 'signed_out' });
  for (const request of requests.values()) request.abort();
});

/** Longer than that somebody would rather decide themselves; in seconds. */
const longestPause = 60;

async function run({ id, file }: Upload): Promise<void> {
  apply({ type: 'started', id });
  try {
    const abort = new AbortController();
    requests.set(id, abort);
    const onProgress = (progress: number) => apply({ type: 'progressed', id, progress });
    const response = await sendFile('POST', '/api/attachments', file, { onProgress, signal: abort.signal });
    apply({ type: 'done', id, attachment: (await response.json()) as Attachment });
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === 'rate_limited' && problem.retryAfter !== null && problem.retryAfter <= longestPause)
      setTimeout(() => apply({ type: 'again', id }), problem.retryAfter * 1000);
    else apply({ type: 'failed', id, problem });
  } finally {
    requests.delete(id);
  }
}
