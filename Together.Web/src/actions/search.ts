import { answer, api } from '@/api/client';
import type { SearchResult } from '@/contracts';
import type { SearchRequest } from '@/search/filters';

/** Messages of one page. */
const pageSize = 25;

/** @param page where to go on: behind a message, or by number. Throws ApiError */
export function searchMessages(
  { serverId, channelId, query }: SearchRequest,
  page: { before?: string; offset?: number },
  signal: AbortSignal,
): Promise<SearchResult> {
  const asked = { ...query, ...page, limit: pageSize };
  if (serverId) return answer(api.GET('/api/servers/{id}/messages/search', { params: { path: { id: serverId }, query: asked }, signal }));
  return answer(api.GET('/api/channels/{id}/messages/search', { params: { path: { id: channelId }, query: asked }, signal }));
}
