import createClient from 'openapi-fetch';
import type { paths } from '@/contracts';
import { ApiError, problemFrom, problemOf } from './problem';
import { accessToken, clientHeader, refresh } from './session';

/** The REST API, typed by the host's description. Use it through {@link answer}. */
export const api = createClient<paths>({ baseUrl: '', fetch: authorised });

interface Outcome<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** What the host answered. Throws {@link ApiError}: refused, or no answer. */
export async function answer<T>(request: Promise<Outcome<T>>): Promise<T> {
  const { data } = await request;
  return data as T;
}

async function authorised(request: Request): Promise<Response> {
  const again = request.clone();
  const token = isPublic(request) ? null : await accessToken();
  const response = await send(request, token);
  if (response.status === 401 && token) {
    await refresh(token);
    const renewed = await accessToken();
    if (renewed && renewed !== token) return check(await send(again, renewed));
  }
  return check(response);
}

const publicRoutes = /^\/api\/(instance$|auth\/(register|login|refresh)$|invites\/[^/]+$)/;

/** Routes that need no token, and that shall work without one. */
function isPublic(request: Request): boolean {
  return publicRoutes.test(new URL(request.url).pathname) && !(request.method === 'PATCH' || request.method === 'DELETE' || isJoin(request));
}

function isJoin(request: Request): boolean {
  return request.method === 'POST' && new URL(request.url).pathname.startsWith('/api/invites/');
}

async function send(request: Request, token: string | null): Promise<Response> {
  request.headers.set('X-Together-Client', clientHeader['X-Together-Client']);
  if (token) request.headers.set('Authorization', `Bearer ${token}`);
  try {
    return await fetch(request);
  } catch (error) {
    throw new ApiError(problemOf(error));
  }
}

async function check(response: Response): Promise<Response> {
  if (response.ok) return response;
  throw new ApiError(await problemFrom(response));
}
