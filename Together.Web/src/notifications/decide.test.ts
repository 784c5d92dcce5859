import { expect, it } from 'vitest';
import type { Channel, Message, User } from '@/contracts';
import { type AppState, type Community, initialState } from '@/state/state';
import { announcementOf } from './decide';

const user = (id: string): User => ({ id, username: id, display_name: id.toUpperCase(), avatar_url: null, created_at: '2026-01-01T00:00:00Z' });
const channel = (id: string, server_id: string | null): Channel => ({
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
  recipients: server_id ? [] : [user('bob')],
});
const state: AppState = {
  ...initialState,
  me: { ...user('me'), email: null },
  users: { me: user('me'), bob: user('bob') },
  servers: { s: { id: 's', name: 'Raid', members: { me: { role_ids: ['healers'] } }, roles: {} } as unknown as Community },
  channels: { general: channel('general', 's'), dm: channel('dm', null) },
};
const message = (channel_id: string, change: Partial<Message> = {}): Message => ({
  id: '5',
  channel_id,
  server_id: channel_id === 'dm' ? null : 's',
  author: user('bob'),
  content: 'hello **there**',
  nonce: null,
  created_at: '2026-01-01T00:00:00Z',
  edited_at: null,
  type: 'default',
  reply_to: null,
  referenced_message: null,
  mentions: [],
  mention_role_ids: [],
  mention_everyone: false,
  attachments: [],
  embeds: [],
  reactions: [],
  pinned: false,
  ...change,
});
const nobody = new Set<string>();
const decide = (of: Message, in_: Partial<AppState> = {}, attended: ReadonlySet<string> = nobody) =>
  announcementOf({ ...state, ...in_ }, of, attended, Date.parse('2026-06-01T00:00:00Z'));
const level = (id: string, level: 'all' | 'mentions' | 'none', muted_until: string | null = null): Partial<AppState> => ({
  settings: { ...state.settings, notifications: [{ id, level, muted_until }] },
});

it('a_conversation_is_announced_with_isolated_names_and_without_markup', () => {
  expect(decide(message('dm'))).toEqual({ channelId: 'dm', title: '\u2068BOB\u2069', body: '\u2068hello there\u2069', icon: null, isPersonal: true });
  expect(decide(message('general'))?.title).toBe('\u2068BOB\u2069 (#\u2068general\u2069, \u2068Raid\u2069)');
  expect(decide(message('general'))?.isPersonal).toBe(false);
});

it('own_messages_and_those_of_the_host_are_not_announced', () => {
  expect(decide(message('dm', { author: user('me') }))).toBeNull();
  expect(decide(message('general', { type: 'member_join' }))).toBeNull();
});

it('blocked_people_are_not_announced', () => {
  expect(decide(message('general'), { relationships: { bob: { type: 'blocked', since: '' } } })).toBeNull();
});

it('nothing_is_announced_to_who_does_not_want_to_be_disturbed', () => {
  expect(decide(message('dm'), { ownStatus: { status: 'dnd', customStatus: null } })).toBeNull();
});

it('what_somebody_looks_at_or_has_read_is_not_announced', () => {
  expect(decide(message('dm'), {}, new Set(['dm']))).toBeNull();
  expect(decide(message('dm'), { readStates: { dm: { channel_id: 'dm', last_read_message_id: '5', mention_count: 0 } } })).toBeNull();
  expect(decide(message('dm'), {}, new Set(['general']))).not.toBeNull();
});

it('the_level_decides_and_a_mute_wins', () => {
  const toMe = message('general', { mention_role_ids: ['healers'] });
  expect(decide(message('general'), level('s', 'mentions'))).toBeNull();
  expect(decide(toMe, level('s', 'mentions'))?.isPersonal).toBe(true);
  expect(decide(toMe, level('general', 'none'))).toBeNull();
  expect(decide(toMe, level('s', 'all', '2026-07-01T00:00:00Z'))).toBeNull();
  expect(decide(toMe, level('s', 'all', '2026-05-01T00:00:00Z'))).not.toBeNull();
});

it('files_without_words_are_said_and_long_texts_cut', () => {
  expect(decide(message('dm', { content: '', attachments: [{}] as Message['attachments'] }))?.body).toBe('Sent a file');
  expect(decide(message('dm', { content: 'a'.repeat(4000) }))?.body).toHaveLength(303);
});
