import { expect, it } from 'vitest';
import type { Message, SearchResult } from '@/contracts';
import { joined, nextPage } from './searches';

const page = (ids: string[], total: number, has_more: boolean): SearchResult => ({
  messages: ids.map((id) => ({ id }) as Message),
  total,
  has_more,
  highlights: [{ message_id: ids[0] ?? '', ranges: [[0, 4]] }],
});
const request = (sort?: 'relevance') => ({ serverId: null, channelId: 'c', query: { q: 'raid', ...(sort ? { sort } : {}) } });

it('pages_join_without_doubles_and_keep_the_first_total', () => {
  const found = joined(joined(null, page(['9', '8'], 500, true)), page(['8', '7'], 40, false));
  expect(found.messages.map(({ id }) => id)).toEqual(['9', '8', '7']);
  expect(found).toMatchObject({ total: 500, hasMore: false, highlights: { '9': [[0, 4]], '8': [[0, 4]] } });
});

it('the_newest_are_read_on_behind_the_last_one', () => {
  const found = joined(null, page(['9', '8'], 3, true));
  expect(nextPage(request(), found)).toEqual({ before: '8' });
  expect(nextPage(request('relevance'), found)).toEqual({ offset: 2 });
  expect(nextPage(request(), { ...found, hasMore: false })).toBeNull();
});
