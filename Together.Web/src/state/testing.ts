// What tests of the state are made of.
import type { Channel, CurrentUser, Dispatch, Member, Message, Ready, Role, ServerSnapshot, User } from '@/contracts';
import type { Action } from './action';
import { reduce } from './reduce';
import { type AppState, type Id, initialState } from './state';

const time = '2026-01-01T00:00:00.000Z';

/** A UUIDv7 of the given millisecond since 2026. */
export function id(millisecond: number): Id {
  const hex = (Date.parse(time) + millisecond).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}

export const me: CurrentUser = { id: id(1), username: 'ada', display_name: 'Ada', avatar_url: null, created_at: time, email: null };
export const bob: User = { id: id(2), username: 'bob', display_name: 'Bob', avatar_url: null, created_at: time };
export const serverId = id(10);

export function member(user: User, change: Partial<Member> = {}): Member {
  const { id: userId, username, display_name, avatar_url, created_at } = user;
  return {
    user: { id: userId, username, display_name, avatar_url, created_at },
    nickname: null,
    role_ids: [],
    joined_at: time,
    timeout_until: null,
    server_mute: false,
    server_deaf: false,
    ...change,
  };
}

export function role(change: Partial<Role> & { id: Id }): Role {
  return {
    server_id: serverId,
    name: 'role',
    color: 0,
    hoist: false,
    mentionable: false,
    position: 1,
    permissions: '0',
    created_at: time,
    ...change,
  };
}

export function channel(change: Partial<Channel> = {}): Channel {
  return {
    id: id(20),
    type: 'text',
    server_id: serverId,
    name: 'general',
    topic: null,
    category_id: null,
    position: 0,
    last_message_id: null,
    slow_mode_seconds: 0,
    user_limit: 0,
    permission_overwrites: [],
    recipients: [],
    ...change,
  };
}

export function message(millisecond: number, change: Partial<Message> = {}): Message {
  return {
    id: id(millisecond),
    channel_id: id(20),
    server_id: serverId,
    author: bob,
    content: `message ${millisecond}`,
    nonce: null,
    created_at: time,
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
  };
}

export function snapshot(change: Partial<ServerSnapshot> = {}): ServerSnapshot {
  return {
    id: serverId,
    name: 'Friday raid',
    icon_url: null,
    owner_id: bob.id,
    created_at: time,
    channels: [channel()],
    roles: [role({ id: serverId, name: '@everyone', position: 0, permissions: String(1 | 2 | 32768) })],
    members: [member(me), member(bob)],
    member_count: 2,
    presences: [],
    voice_states: [],
    ...change,
  };
}

export function readyWith(change: Partial<Ready> = {}): Ready {
  return {
    session_id: 'session',
    user: me,
    servers: [snapshot()],
    private_channels: [],
    relationships: [],
    read_states: [],
    settings: { theme: 'system', locale: 'en', notifications: [] },
    presences: [],
    ...change,
  };
}

/** An event of the gateway. */
export function event<T extends Dispatch['t']>(t: T, d: Extract<Dispatch, { t: T }>['d'], now = 0): Action {
  return { type: 'dispatch', event: { op: 'DISPATCH', s: 1, t, d } as unknown as Dispatch, now };
}

export function after(...actions: Action[]): AppState {
  return actions.reduce(reduce, initialState);
}

/** Logged in, with one server and its channel. */
export function readyState(change: Partial<Ready> = {}): AppState {
  return after({ type: 'signed_in', me, drafts: {}, outbox: {} }, event('READY', readyWith(change)));
}
