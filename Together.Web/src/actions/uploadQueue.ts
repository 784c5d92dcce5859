import type { Problem } from '@/api/problem';
import type { Attachment } from '@/contracts';
import type { Id } from '@/state/state';

/** A file on its way into a message. */
export interface Upload {
  id: string;
  channelId: Id;
  file: File;
  status: 'waiting' | 'running' | 'done' | 'failed';
  /** 0–1, of what is sent. */
  progress: number;
  problem: Problem | null;
  attachment: Attachment | null;
}

export interface Uploads {
  /** Of all channels, in the order of the message. */
  list: readonly Upload[];
  /** Channels whose message goes out as soon as its files are there. */
  sending: readonly Id[];
}

export type UploadAction =
  | { type: 'added'; channelId: Id; files: readonly { id: string; file: File }[] }
  | { type: 'started'; id: string }
  | { type: 'progressed'; id: string; progress: number }
  | { type: 'done'; id: string; attachment: Attachment }
  | { type: 'failed'; id: string; problem: Problem }
  | { type: 'again'; id: string }
  | { type: 'removed'; id: string }
  | { type: 'sending'; channelId: Id; isSending: boolean }
  /** Its message is on its way. */
  | { type: 'sent'; channelId: Id }
  | { type: 'signed_out' };

export const noUploads: Uploads = { list: [], sending: [] };

/** At once: the host takes no more of one user (files.md). */
const runningMax = 3;

/** Pure and total: an upload that is not there any more changes nothing. */
export function reduceUploads(state: Uploads, action: UploadAction): Uploads {
  switch (action.type) {
    case 'added': {
      const added = action.files.map(({ id, file }): Upload => {
        return { id, channelId: action.channelId, file, status: 'waiting', progress: 0, problem: null, attachment: null };
      });
      return { ...state, list: [...state.list, ...added] };
    }
    case 'started':
      return changed(state, action.id, { status: 'running', progress: 0 });
    case 'progressed':
      return changed(state, action.id, { progress: action.progress });
    case 'done':
      return changed(state, action.id, { status: 'done', progress: 1, attachment: action.attachment });
    case 'failed': {
      // Whoever waits for the message decides anew.
      const channelId = state.list.find(({ id }) => id === action.id)?.channelId;
      return { ...changed(state, action.id, { status: 'failed', problem: action.problem }), sending: state.sending.filter((id) => id !== channelId) };
    }
    case 'again':
      return changed(state, action.id, { status: 'waiting', progress: 0, problem: null });
    case 'removed':
      return { ...state, list: state.list.filter(({ id }) => id !== action.id) };
    case 'sending': {
      const others = state.sending.filter((id) => id !== action.channelId);
      return { ...state, sending: action.isSending ? [...others, action.channelId] : others };
    }
    case 'sent':
      return {
        list: state.list.filter(({ channelId }) => channelId !== action.channelId),
        sending: state.sending.filter((id) => id !== action.channelId),
      };
    case 'signed_out':
      return noUploads;
  }
}

function changed(state: Uploads, id: string, change: Partial<Upload>): Uploads {
  return { ...state, list: state.list.map((upload) => (upload.id === id ? { ...upload, ...change } : upload)) };
}

/** Those whose turn it is. */
export function startable({ list }: Uploads): Upload[] {
  const running = list.filter(({ status }) => status === 'running').length;
  return list.filter(({ status }) => status === 'waiting').slice(0, Math.max(0, runningMax - running));
}

export function uploadsOf({ list }: Uploads, channelId: Id): Upload[] {
  return list.filter((upload) => upload.channelId === channelId);
}

export function isUnfinished({ status }: Upload): boolean {
  return status === 'waiting' || status === 'running';
}

/** Channels whose message waited for files that are there now. */
export function sendable(state: Uploads): Id[] {
  return state.sending.filter((id) => uploadsOf(state, id).every(({ status }) => status === 'done'));
}

export interface FileLimits {
  /** Files of one message. */
  count: number;
  /** Bytes of one file. */
  size: number;
}

export interface RefusedFile {
  name: string;
  because: 'empty' | 'folder' | 'too_large' | 'too_many';
}

/** @param already files that the message has */
export function chosenFiles<F extends { name: string; size: number }>(
  files: readonly F[],
  already: number,
  limits: FileLimits,
): { taken: F[]; refused: RefusedFile[] } {
  const taken: F[] = [];
  const refused: RefusedFile[] = [];
  for (const file of files) {
    const because = file.size === 0 ? 'empty' : file.size > limits.size ? 'too_large' : already + taken.length >= limits.count ? 'too_many' : null;
    if (because) refused.push({ name: file.name, because });
    else taken.push(file);
  }
  return { taken, refused };
}
