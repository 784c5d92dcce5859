import { expect, it } from 'vitest';
import type { Problem } from '@/api/problem';
import type { User } from '@/contracts';
import { type AppState, type Friendship, initialState } from '@/state/state';
import { friends as strings } from '@/strings/friends';
import { foreseen, refusal } from './AddFriend';

const user = (id: string): User => ({ id, username: id, display_name: id, avatar_url: null, created_at: '2026-01-01T00:00:00Z' });
const asking = (type: Friendship['type']): AppState => ({
  ...initialState,
  me: { ...user('me'), email: null },
  users: { bob: user('bob') },
  relationships: { bob: { type, since: '2026-01-01T00:00:00Z' } },
});
const problem = (status: number, code: string, retryAfter: number | null = null): Problem => ({ status, code, detail: null, errors: {}, retryAfter });

it('what_is_known_is_said_without_asking', () => {
  expect(foreseen(asking('friend'), 'me')).toBe(strings.add.self);
  expect(foreseen(asking('friend'), 'bob')).toBe(strings.add.alreadyFriends('bob'));
  expect(foreseen(asking('outgoing'), 'bob')).toBe(strings.add.pending('bob'));
  expect(foreseen(asking('blocked'), 'bob')).toBe(strings.add.blocked('bob'));
  expect(foreseen(asking('incoming'), 'bob')).toBeUndefined();
  expect(foreseen(asking('friend'), 'cleo')).toBeUndefined();
});

it('each_refusal_says_what_it_means', () => {
  expect(refusal(problem(404, 'not_found'), 'bob')).toBe(strings.add.nobody('bob'));
  expect(refusal(problem(403, 'missing_permissions'), 'bob')).toBe(strings.add.refused('bob'));
  expect(refusal(problem(409, 'conflict'), 'bob')).toBe(strings.add.blocked('bob'));
  expect(refusal(problem(409, 'limit_reached'), 'bob')).not.toBe(strings.add.blocked('bob'));
  expect(refusal(problem(429, 'rate_limited', 3000), 'bob')).toBe(strings.add.tooOften('bob'));
  expect(refusal(problem(429, 'rate_limited', 2), 'bob')).toContain('2 seconds');
});
