import { expect, it } from 'vitest';
import type { Channel, User } from '@/contracts';
import { type AppState, type Community, initialState } from '@/state/state';
import { allSwitches, switchesFor } from './quickSwitches';

const user = (id: string): User => ({ id, username: id, display_name: id, avatar_url: null, created_at: '2026-01-01T00:00:00Z' });
const channel = (id: string, server_id: string | null, recipients: User[] = []): Channel => ({
  id,
  type: server_id ? 'text' : 'dm',
  server_id,
  name: server_id ? id : null,
  topic: null,
  category_id: null,
  position: 0,
  last_message_id: null,
  slow_mode_seconds: 0,
  user_limit: 0,
  permission_overwrites: [],
  recipients,
});
const state: AppState = {
  ...initialState,
  me: { ...user('me'), email: null },
  users: { ada: user('ada'), bob: user('bob') },
  relationships: { ada: { type: 'friend', since: '' }, bob: { type: 'friend', since: '' } },
  servers: { s: { id: 's', name: 'Raiders', members: {}, roles: {} } as unknown as Community },
  channels: { general: channel('general', 's'), loot: channel('loot', 's'), dm: channel('dm', null, [user('ada')]) },
};
const all = allSwitches(state);
const found = (text: string, recent: string[] = []) => switchesFor(state, all, text, recent).map(({ kind, id }) => `${kind} ${id}`);

it('whom_one_talks_with_is_a_conversation_and_others_are_people', () => {
  expect(found('ada')).toEqual(['conversation dm']);
  expect(found('bob')).toEqual(['person bob']);
});

it('a_prefix_leaves_one_kind', () => {
  expect(found('#gen')).toEqual(['channel general']);
  expect(found('*rai')).toEqual(['server s']);
  expect(found('@').sort()).toEqual(['conversation dm', 'person bob']);
  expect(found('#')).not.toContain('server s');
});

it('an_empty_field_shows_where_one_was', () => {
  expect(found('', ['loot', 'dm'])).toEqual(['channel loot', 'conversation dm', 'channel general']);
});

it('the_channel_on_screen_is_no_place_to_go', () => {
  expect(switchesFor({ ...state, openChannel: 'loot' }, all, '', ['loot']).map(({ id }) => id)).not.toContain('loot');
});
