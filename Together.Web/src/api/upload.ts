import { ApiError, type Problem, problemFrom } from './problem';
import { accessToken, clientHeader, refresh } from './session';

export interface Transfer {
  /** How much is sent: 0–1. */
  onProgress?: (share: number) => void;
  signal?: AbortSignal;
}

/** Sends one file as a form and answers what the host answered. Throws {@link ApiError}: refused, given up, or no answer. */
export async function sendFile(method: 'POST' | 'PUT', path: string, file: Blob, transfer: Transfer = {}): Promise<Response> {
  const token = await accessToken();
  let response = await send(method, path, file, token, transfer);
  if (response.status === 401 && token) {
    await refresh(token);
    response = await send(method, path, file, await accessToken(), transfer);
  }
  if (!response.ok) throw new ApiError(await problemFrom(response));
  return response;
}

/** fetch() does not tell how much of a file is sent; XMLHttpRequest does. */
function send(method: string, path: string, file: Blob, token: string | null, { onProgress, signal }: Transfer): Promise<Response> {
  return new Promise((resolve, reject) => {
    const fail = (code: 'offline' | 'aborted') => () => {
      const problem: Problem = { code, status: 0, detail: null, errors: {}, retryAfter: null };
      reject(new ApiError(problem));
    };
    if (signal?.aborted) {
      fail('aborted')();
      return;
    }
    const request = new XMLHttpRequest();
    request.open(method, path);
    for (const [name, value] of Object.entries(clientHeader)) request.setRequestHeader(name, value);
    if (token) request.setRequestHeader('Authorization', `Bearer ${token}`);
    request.upload.onprogress = ({ loaded, total }) => onProgress?.(total > 0 ? loaded / total : 0);
    request.onload = () => {
      const retryAfter = request.getResponseHeader('Retry-After');
      const hasBody = request.status !== 204 && request.status !== 304;
      resolve(
        new Response(hasBody ? request.responseText : null, { status: request.status, headers: retryAfter ? { 'Retry-After': retryAfter } : {} }),
      );
    };
    request.onerror = fail('offline');
    request.onabort = fail('aborted');
    signal?.addEventListener('abort', () => request.abort(), { once: true });
    const form = new FormData();
    form.append('file', file, file instanceof File ? file.name : 'picture');
    request.send(form);
  });
}
