import { useStore } from 'zustand';
import { useShallow } from 'zustand/react/shallow';
import { createStore } from 'zustand/vanilla';
import { ApiError, type Problem, problemFrom, problemOf } from '@/api/problem';
import { accessToken, clientHeader, refresh } from '@/api/session';
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
const requests = new Map<string, XMLHttpRequest>();
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
    apply({ type: 'done', id, attachment: await transferred(id, file) });
  } catch (error) {
    const problem = problemOf(error);
    if (problem.code === 'rate_limited' && problem.retryAfter !== null && problem.retryAfter <= longestPause)
      setTimeout(() => apply({ type: 'again', id }), problem.retryAfter * 1000);
    else apply({ type: 'failed', id, problem });
  } finally {
    requests.delete(id);
  }
}

async function transferred(id: string, file: File): Promise<Attachment> {
  const token = await accessToken();
  const first = await transfer(id, file, token);
  if (first.status !== 401 || !token) return attachmentOf(first);
  await refresh(token);
  return attachmentOf(await transfer(id, file, await accessToken()));
}

async function attachmentOf(response: Response): Promise<Attachment> {
  if (!response.ok) throw new ApiError(await problemFrom(response));
  return (await response.json()) as Attachment;
}

const noAnswer: Problem = { code: 'offline', status: 0, detail: null, errors: {}, retryAfter: null };

/** fetch() does not tell how much of a file is sent; XMLHttpRequest does. */
function transfer(id: string, file: File, token: string | null): Promise<Response> {
  return new Promise((resolve, reject) => {
    // It may have been taken away while its token was fetched.
    if (!uploads.getState().list.some((upload) => upload.id === id)) {
      reject(new ApiError({ ...noAnswer, code: 'aborted' }));
      return;
    }
    const request = new XMLHttpRequest();
    requests.set(id, request);
    request.open('POST', '/api/attachments');
    request.setRequestHeader('X-Together-Client', clientHeader['X-Together-Client']);
    if (token) request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => apply({ type: 'progressed', id, progress: total > 0 ? loaded / total : 0 });
    request.onload = () => {
      const retryAfter = request.getResponseHeader('Retry-After');
      const headers = retryAfter ? { 'Retry-After': retryAfter } : undefined;
      resolve(new Response(request.responseText, { status: request.status, headers }));
    };
    request.onerror = () => reject(new ApiError(noAnswer));
    request.onabort = () => reject(new ApiError({ ...noAnswer, code: 'aborted' }));
    const form = new FormData();
    form.append('file', file);
    request.send(form);
  });
}
