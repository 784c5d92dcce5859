import { expect, it } from 'vitest';
import type { Channel } from '@/contracts';
import { computed } from './attention';
import { type AppState, initialState } from './state';

const [s, a, b, dm] = ['s', 'a', 'b', 'dm'];
const early = '019a0000-0000-7000-8000-000000000000';
const late = '019b0000-0000-7000-8000-000000000000';

function channel(id: string, server_id: string | null): Channel {
  return {
    id,
    type: server_id ? 'text' : 'dm',
    server_id,
    name: id,
    topic: null,
    category_id: null,
    position: 0,
    last_message_id: late,
    slow_mode_seconds: 0,
    user_limit: 0,
    permission_overwrites: [],
    recipients: [],
  };
}

const state: AppState = {
  ...initialState,
  channels: { [a]: channel(a, s), [b]: channel(b, s), [dm]: channel(dm, null) },
  readStates: {
    [a]: { channel_id: a, last_read_message_id: early, mention_count: 2 },
    [b]: { channel_id: b, last_read_message_id: late, mention_count: 0 },
    [dm]: { channel_id: dm, last_read_message_id: early, mention_count: 0 },
  },
};
const nothing = computed(initialState, { channels: {}, servers: {}, conversations: { unread: false, mentions: 0 }, mentions: 0 }, 0);

it('sums_up_channels_servers_and_conversations', () => {
  const { channels, servers, conversations, mentions } = computed(state, nothing, 0);
  expect(channels[b]).toEqual({ unread: false, mentions: 0 });
  expect(servers[s]).toEqual({ unread: true, mentions: 2 });
  expect(conversations).toEqual({ unread: true, mentions: 1 });
  expect(mentions).toBe(3);
});

it('keeps_the_objects_of_what_did_not_change', () => {
  const before = computed(state, nothing, 0);
  const read = { ...state, readStates: { ...state.readStates, [dm]: { channel_id: dm, last_read_message_id: late, mention_count: 0 } } };
  const after = computed(read, before, 0);
  expect(after.channels[a]).toBe(before.channels[a]);
  expect(after.servers[s]).toBe(before.servers[s]);
  expect(after.conversations).toEqual({ unread: false, mentions: 0 });
});
