import { expect, it } from 'vitest';
import type { Channel, User } from '@/contracts';
import { type AppState, type Community, initialState } from '@/state/state';
import { findPeople, incomingRequests, peopleToTalkTo, related } from './people';

const user = (id: string): User => ({ id, username: id, display_name: id.toUpperCase(), avatar_url: null, created_at: '2026-01-01T00:00:00Z' });
const dm = (id: string, last: string | null): Channel => ({
  id: `dm-${id}`,
  type: 'dm',
  server_id: null,
  name: null,
  topic: null,
  category_id: null,
  position: 0,
  last_message_id: last,
  slow_mode_seconds: 0,
  user_limit: 0,
  permission_overwrites: [],
  recipients: [user(id)],
});
const member = (user_id: string) => ({ user_id, nickname: null, role_ids: [], joined_at: '2026-01-01T00:00:00Z', timeout_until: null });
const server = { id: 's', members: Object.fromEntries(['me', 'zoe', 'bad', 'ann'].map((id) => [id, member(id)])) } as unknown as Community;

const state: AppState = {
  ...initialState,
  me: { ...user('me'), email: null },
  users: Object.fromEntries(['me', 'zoe', 'bad', 'ann', 'bob', 'cy', 'dan'].map((id) => [id, user(id)])),
  servers: { s: server },
  channels: { 'dm-zoe': dm('zoe', '2'), 'dm-dan': dm('dan', '1') },
  relationships: {
    bob: { type: 'friend', since: '2026-01-01T00:00:00Z' },
    bad: { type: 'blocked', since: '2026-01-01T00:00:00Z' },
    cy: { type: 'incoming', since: '2026-01-01T00:00:00Z' },
  },
};

it('those_one_talked_with_come_first_then_friends_then_members', () => {
  expect(peopleToTalkTo(state).map(({ user }) => user.id)).toEqual(['zoe', 'dan', 'bob', 'ann']);
});

it('neither_oneself_nor_the_blocked_can_be_written_to', () => {
  const ids = peopleToTalkTo(state).map(({ user }) => user.id);
  expect(ids).not.toContain('me');
  expect(ids).not.toContain('bad');
});

it('people_are_found_by_name_and_username', () => {
  const people = peopleToTalkTo(state).map((person) => (person.username === 'ann' ? { ...person, name: 'Zora' } : person));
  expect(findPeople(people, 'zor', 10)[0]?.username).toBe('ann');
  expect(findPeople(people, 'ann', 10)[0]?.username).toBe('ann');
  expect(findPeople(people, ' ', 2)).toHaveLength(2);
  expect(findPeople(people, 'nobody', 10)).toEqual([]);
});

it('requests_are_counted_and_people_listed_by_kind', () => {
  expect(incomingRequests(state)).toBe(1);
  expect(related(state, 'blocked').map(({ id }) => id)).toEqual(['bad']);
});
