import { expect, it } from 'vitest';
import type { User } from '@/contracts';
import { requestOf, resolved, type Searchable, type SearchFilter, withFilter } from './filters';

const user = (id: string, username: string, name: string) => ({ id, username, name, user: {} as User });
const there: Searchable = {
  users: [user('1', 'ada', 'Countess'), user('2', 'countess', 'Bob'), user('3', 'me', 'Me Too')],
  channels: [{ id: 'c', name: 'book-club' }],
};
const today = new Date(2026, 2, 1, 15);
const resolve = (key: Parameters<typeof resolved>[0]['key'], value: string) => resolved({ key, value }, there, '1', today);
const place = { channelId: 'here', serverId: 's' };

it('a_username_wins_over_a_name', () => {
  expect(resolve('from', 'Countess')).toEqual({ key: 'from', userId: '2', label: 'Bob' });
  expect(resolve('from', '@ada')).toEqual({ key: 'from', userId: '1', label: 'Countess' });
  expect(resolve('mentions', 'me')).toEqual({ key: 'mentions', userId: '1', label: 'Countess' });
  expect(resolve('from', 'nobody')).toBeNull();
});

it('channels_kinds_and_days_are_understood', () => {
  expect(resolve('in', '#Book-Club')).toEqual({ key: 'in', channelId: 'c', label: 'book-club' });
  expect(resolve('has', 'images')).toEqual({ key: 'has', value: 'image', label: 'image' });
  expect(resolve('has', 'video')).toBeNull();
  expect(resolve('before', 'yesterday')).toEqual({ key: 'before', day: '2026-02-28', label: '2026-02-28' });
  expect(resolve('after', '2026-02-30')).toBeNull();
  expect(resolve('after', 'soon')).toBeNull();
});

it('one_filter_of_each_kind_but_several_of_has', () => {
  const file: SearchFilter = { key: 'has', value: 'file', label: 'file' };
  const link: SearchFilter = { key: 'has', value: 'link', label: 'link' };
  const from = (userId: string): SearchFilter => ({ key: 'from', userId, label: userId });
  expect([from('1'), file, link, file, from('2')].reduce(withFilter, [] as SearchFilter[])).toEqual([link, file, from('2')]);
});

it('the_days_themselves_are_not_meant', () => {
  const days: SearchFilter[] = [
    { key: 'before', day: '2026-03-01', label: '' },
    { key: 'after', day: '2026-02-01', label: '' },
  ];
  const { before, after } = requestOf(place, 'server', '', days, 'newest')?.query ?? {};
  expect(new Date(before ?? '')).toEqual(new Date(2026, 2, 1));
  expect(new Date(after ?? '').getTime()).toBe(new Date(2026, 1, 2).getTime() - 1);
});

it('a_search_for_nothing_is_none', () => {
  expect(requestOf(place, 'server', '  ', [], 'relevance')).toBeNull();
  expect(requestOf({ ...place, serverId: null }, 'server', '', [{ key: 'in', channelId: 'c', label: '' }], 'newest')).toBeNull();
});

it('the_scope_decides_who_is_asked', () => {
  expect(requestOf(place, 'server', 'raid', [{ key: 'in', channelId: 'c', label: '' }], 'relevance')).toEqual({
    serverId: 's',
    channelId: 'here',
    query: { q: 'raid', channel_id: 'c', sort: 'relevance' },
  });
  expect(requestOf(place, 'channel', 'raid', [], 'newest')).toEqual({ serverId: null, channelId: 'here', query: { q: 'raid' } });
});
