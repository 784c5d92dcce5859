import { beforeEach, describe, expect, it } from 'vitest';
import { keyTarget } from '@/channels/useChannelKeys';
import type { Channel } from '@/contracts';
import { changePlaces } from '@/state/places';
import { type AppState, type Community, initialState } from '@/state/state';
import { conversations, conversationsPath, startingChannel, startingPath } from './shellPlaces';
import { titleOf } from './useShellTitle';

function channel(id: string, type: Channel['type'], server_id: string | null, position = 0): Channel {
  return {
    id,
    type,
    server_id,
    name: server_id ? id : null,
    topic: null,
    category_id: null,
    position,
    last_message_id: null,
    slow_mode_seconds: 0,
    user_limit: 0,
    permission_overwrites: [],
    recipients: server_id ? [] : [{ id: 'u', username: 'bob', display_name: 'Bob', avatar_url: null, created_at: '2026-01-01T00:00:00.000Z' }],
  };
}

function server(id: string): Community {
  return { id, name: `Server ${id}`, icon_url: null, owner_id: 'u', created_at: '', roles: {}, members: {}, member_count: 1 };
}

const all = [channel('voice', 'voice', 's', 0), channel('b', 'text', 's', 2), channel('a', 'text', 's', 1), channel('dm', 'dm', null)];
const state: AppState = {
  ...initialState,
  servers: { s: server('s'), t: server('t') },
  channels: Object.fromEntries(all.map((one) => [one.id, one])),
};

beforeEach(() => changePlaces({ last: null, lastIn: {}, closed: [], serverOrder: [] }));

describe('without an address one comes', () => {
  it('to_the_first_text_channel_of_a_server_that_is_new_to_one', () => {
    expect(startingChannel(state, 's')).toBe('a');
    expect(startingChannel(state, 't')).toBeNull();
  });

  it('back_to_the_channel_that_was_open_last_if_it_is_still_there', () => {
    changePlaces({ last: 'dm', lastIn: { s: 'b', [conversations]: 'dm' } });
    expect(startingChannel(state, 's')).toBe('b');
    expect(startingPath(state)).toBe('/conversations/dm');
    expect(conversationsPath(state)).toBe('/conversations/dm');
    changePlaces({ last: 'gone', lastIn: { s: 'gone', [conversations]: 'gone' } });
    expect(startingChannel(state, 's')).toBe('a');
    expect(startingPath(state)).toBe('/servers/s');
    expect(conversationsPath(state)).toBe('/friends');
  });

  it('to_the_first_server_in_ones_own_order_and_to_the_conversations_without_any', () => {
    changePlaces({ serverOrder: ['t', 's'] });
    expect(startingPath(state)).toBe('/servers/t');
    expect(startingPath(initialState)).toBe('/friends');
  });
});

describe('the keys', () => {
  it('go_through_the_text_channels_of_the_server_and_round', () => {
    expect(keyTarget({ ...state, openChannel: 'a' }, [], 1, false)).toBe('b');
    expect(keyTarget({ ...state, openChannel: 'b' }, [], 1, false)).toBe('a');
  });

  it('find_what_is_unread_anywhere', () => {
    const message = '019b0000-0000-7000-8000-000000000000';
    const dm = { ...channel('dm', 'dm', null), last_message_id: message };
    expect(keyTarget({ ...state, openChannel: 'a', channels: { ...state.channels, dm } }, [], 1, true)).toBe('dm');
    expect(keyTarget({ ...state, openChannel: 'a' }, [], 1, true)).toBeNull();
  });
});

describe('the title', () => {
  it('says_what_calls_and_where_one_is', () => {
    expect(titleOf({ ...state, openChannel: 'a' }, 3)).toBe('(3) #a – Server s');
    expect(titleOf({ ...state, openChannel: 'dm' }, 0)).toBe('Bob – Together');
    expect(titleOf(state, 0)).toBe('Together');
  });
});
