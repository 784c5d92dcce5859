import type { Channel, CurrentUser, Dispatch, Message, ReadState, Ready, Relationship, Resumed, UserProfile } from '@/contracts';
import type { Action } from './action';
import {
  changeServer,
  indexed,
  omit,
  renamed,
  withMembers,
  withoutChannels,
  withoutMember,
  withoutRole,
  withoutServer,
  withPresences,
  withRole,
  withServer,
  withUsers,
} from './communities';
import { type AppState, type Draft, defaultSettings, type Friendship, type Id, initialState, type OutgoingMessage } from './state';
import { isUnread, mentionsMe } from './unread';
import {
  changeWindow,
  failed,
  loaded,
  loading,
  pinned,
  posted,
  putAside,
  reacted,
  removed,
  setWindow,
  updated,
  windowsKept,
  withAttachments,
} from './windows';

/** How long somebody is shown as typing, in milliseconds (conversations.md, "Typing"). */
export const typingLasts = 10_000;

/** What the state is after an action. Pure and total: what does not fit the state leaves it as it is. */
export function reduce(state: AppState, action: Action): AppState {
  switch (action.type) {
    case 'instance':
      return { ...state, instance: action.instance };
    case 'session':
      return { ...state, session: action.phase };
    case 'signed_in':
      return {
        ...initialState,
        instance: state.instance,
        session: 'signed_in',
        me: action.me,
        users: withUsers({}, [action.me]),
        drafts: action.drafts,
        outbox: action.outbox,
        openChannel: state.openChannel,
        view: { ...initialState.view, panel: state.view.panel },
      };
    case 'signed_out':
      return { ...initialState, instance: state.instance, session: 'signed_out', signedOutBecause: action.because };
    case 'connection':
      return { ...state, connection: action.connection };
    case 'dispatch':
      return dispatched(state, action.event, action.now);
    case 'opened':
      return opened(state, action.channelId);
    case 'window_loading':
      return setWindow(state, action.channelId, (window) => loading(window, action.edge));
    case 'window_loaded': {
      const { edge, messages, limit } = action;
      if (!state.channels[action.channelId]) return state;
      const seen = { ...state, users: withUsers(state.users, messages.flatMap(peopleOf)) };
      return setWindow(seen, action.channelId, (window) => loaded(window, edge, messages, limit));
    }
    case 'window_failed':
      return changeWindow(state, action.channelId, (window) => failed(window, action.problem));
    case 'message':
      return messageKnown(state, action.message);
    case 'message_gone':
      return changeWindow(state, action.channelId, (window) => removed(window, [action.messageId]));
    case 'reaction':
      return changeWindow(state, action.channelId, (window) => reacted(window, action.messageId, action.emoji, true, action.isAdded));
    case 'send':
      return setOutbox(state, action.message.channelId, (list) => [...list, action.message]);
    case 'send_again':
      return setOutbox(state, action.channelId, (list) =>
        list.map((one) => (one.nonce === action.nonce ? { ...one, status: 'sending', problem: null } : one)),
      );
    case 'send_failed':
      return setOutbox(state, action.channelId, (list) =>
        list.map((one) => (one.nonce === action.nonce ? { ...one, status: 'failed', problem: action.problem } : one)),
      );
    case 'send_dropped':
      return setOutbox(state, action.channelId, (list) => list.filter((one) => one.nonce !== action.nonce));
    case 'draft':
      return { ...state, drafts: withDraft(state.drafts, action.channelId, action.draft) };
    case 'editing':
      return {
        ...state,
        editing: action.messageId ? { ...state.editing, [action.channelId]: action.messageId } : omit(state.editing, action.channelId),
      };
    case 'read':
      return withReadState(state, { channel_id: action.channelId, last_read_message_id: action.messageId, mention_count: 0 });
    case 'new_since':
      return { ...state, newSince: action.messageId };
    case 'attachments':
      return changeWindow(state, action.channelId, (window) => withAttachments(window, action.messageId, action.attachments));
    case 'typing_ended':
      return typingEnded(state, action.now);
    case 'settings':
      return { ...state, settings: action.settings };
    case 'profile':
      return { ...state, me: action.me, users: withUsers(state.users, [action.me]) };
    case 'view':
      return { ...state, view: { ...state.view, ...action.change } };
    case 'server':
      if ('members' in action.server) return state.servers[action.server.id] ? state : withServer(state, action.server);
      return changeServer(state, action.server.id, (server) => renamed(server, action.server));
    case 'roles':
      return changeServer(state, action.serverId, (server) => action.roles.reduce(withRole, server));
    case 'channels':
      return channelsKnown(state, action.channels);
  }
}

/** An answer may come before or after the events: it never takes back what was said in a channel since. */
function channelsKnown(state: AppState, channels: readonly Channel[]): AppState {
  const users = withUsers(
    state.users,
    channels.flatMap(({ recipients }) => recipients),
  );
  const known = channels.map((channel) => {
    const last = state.channels[channel.id]?.last_message_id ?? null;
    return last && last > (channel.last_message_id ?? '') ? { ...channel, last_message_id: last } : channel;
  });
  return { ...state, users, channels: { ...state.channels, ...indexed(known) } };
}

function dispatched(state: AppState, { t, d }: Dispatch, now: number): AppState {
  switch (t) {
    case 'READY':
      return ready(state, d);
    case 'RESUMED':
      return resumed(state, d);
    case 'SERVER_CREATE':
      return withServer(state, d);
    case 'SERVER_UPDATE':
      return changeServer(state, d.id, (server) => renamed(server, d));
    case 'SERVER_DELETE':
      return withoutServer(state, d.id);
    case 'SERVER_MEMBER_ADD':
      return withMembers(state, d.server_id, [d.member], true);
    case 'SERVER_MEMBER_UPDATE':
      return withMembers(state, d.server_id, [d.member], false);
    case 'SERVER_MEMBER_REMOVE':
      return changeServer(state, d.server_id, (server) => withoutMember(server, d.user_id));
    case 'SERVER_MEMBERS_CHUNK':
      return { ...withMembers(state, d.server_id, d.members, false), presences: withPresences(state.presences, d.presences) };
    case 'SERVER_ROLE_CREATE':
    case 'SERVER_ROLE_UPDATE':
      return changeServer(state, d.server_id, (server) => withRole(server, d.role));
    case 'SERVER_ROLE_DELETE':
      return changeServer(state, d.server_id, (server) => withoutRole(server, d.role_id));
    case 'SERVER_BAN_ADD':
    case 'SERVER_BAN_REMOVE':
      return state;
    case 'CHANNEL_CREATE':
    case 'CHANNEL_UPDATE':
      if (d.server_id && !state.servers[d.server_id]) return state;
      return { ...state, users: withUsers(state.users, d.recipients), channels: { ...state.channels, [d.id]: d } };
    case 'CHANNEL_DELETE':
      return withoutChannels(state, (channel) => channel.id === d.id);
    case 'MESSAGE_CREATE':
      return messageCreated(state, d);
    case 'MESSAGE_UPDATE':
      return changeWindow(state, d.channel_id, (window) => updated(window, d));
    case 'MESSAGE_DELETE':
      return changeWindow(withoutEditing(state, d.channel_id, [d.id]), d.channel_id, (window) => removed(window, [d.id]));
    case 'MESSAGE_DELETE_BULK':
      return changeWindow(withoutEditing(state, d.channel_id, d.ids), d.channel_id, (window) => removed(window, d.ids));
    case 'MESSAGE_REACTION_ADD':
      return changeWindow(state, d.channel_id, (window) => reacted(window, d.message_id, d.emoji, d.user_id === state.me?.id, true));
    case 'MESSAGE_REACTION_REMOVE':
      return changeWindow(state, d.channel_id, (window) => reacted(window, d.message_id, d.emoji, d.user_id === state.me?.id, false));
    case 'CHANNEL_PINS_UPDATE':
      return changeWindow(state, d.channel_id, (window) => pinned(window, d.message_id, d.pinned));
    case 'RELATIONSHIP_ADD':
      return {
        ...state,
        users: withUsers(state.users, [d.user]),
        relationships: { ...state.relationships, [d.user.id]: { type: d.type, since: d.since } },
      };
    case 'RELATIONSHIP_REMOVE':
      return { ...state, relationships: omit(state.relationships, d.user_id) };
    case 'USER_UPDATE':
      return userUpdated(state, d);
    case 'USER_SETTINGS_UPDATE':
      return { ...state, settings: d };
    case 'PRESENCE_UPDATE':
      if (d.user_id === state.me?.id) return ownPresence({ ...state, presences: withPresences(state.presences, [d]) }, d.status, d.custom_status);
      return { ...state, presences: d.status === 'offline' ? omit(state.presences, d.user_id) : withPresences(state.presences, [d]) };
    case 'TYPING_START':
      if (d.user_id === state.me?.id) return state;
      return { ...state, typing: { ...state.typing, [d.channel_id]: { ...state.typing[d.channel_id], [d.user_id]: now + typingLasts } } };
    case 'READ_STATE_UPDATE':
      return withReadState(state, d);
    case 'SESSION_REVOKED':
      return state;
    default:
      // A newer host may send what this client does not know.
      return state;
  }
}

/** Everything starts anew, but for what this device alone knows. Messages on screen stay until they are fetched again. */
function ready(state: AppState, d: Ready): AppState {
  let next: AppState = {
    ...state,
    me: d.user,
    settings: d.settings ?? defaultSettings,
    users: withUsers({}, [d.user, ...d.relationships.map(({ user }) => user), ...d.private_channels.flatMap(({ recipients }) => recipients)]),
    servers: {},
    channels: indexed(d.private_channels),
    relationships: Object.fromEntries(d.relationships.map(friendship)),
    presences: withPresences({}, d.presences),
    readStates: byChannel(d.read_states),
    typing: {},
    windows: {},
  };
  for (const server of d.servers) next = withServer(next, server);
  const shown = state.openChannel ? state.windows[state.openChannel] : undefined;
  if (state.openChannel && shown && next.channels[state.openChannel])
    next = { ...next, windows: { [state.openChannel]: { ...shown, stale: true, loading: null } } };
  if (state.openChannel && !shown) next = { ...next, newSince: unreadFrom(next, state.openChannel) };
  return next;
}

function resumed(state: AppState, d: Resumed): AppState {
  return { ...state, presences: withPresences({}, d.presences), readStates: byChannel(d.read_states), settings: d.settings, typing: {} };
}

function friendship({ user, type, since }: Relationship): [Id, Friendship] {
  return [user.id, { type, since }];
}

function byChannel(readStates: readonly ReadState[]): Record<Id, ReadState> {
  return Object.fromEntries(readStates.map((readState) => [readState.channel_id, readState]));
}

function opened(state: AppState, channelId: Id | null): AppState {
  if (channelId === state.openChannel) return state;
  let windows = state.windows;
  const left = state.openChannel ? windows[state.openChannel] : undefined;
  if (state.openChannel && left) {
    const kept = putAside(left);
    windows = omit(windows, state.openChannel);
    if (kept) windows = { ...windows, [state.openChannel]: kept };
    // Objects keep the order in which keys came: the first was left the longest ago.
    const aside = Object.keys(windows).filter((id) => id !== channelId);
    for (const id of aside.slice(0, Math.max(0, aside.length - windowsKept))) windows = omit(windows, id);
  }
  return { ...state, windows, openChannel: channelId, newSince: channelId ? unreadFrom(state, channelId) : null };
}

/** Where the line "new" stands: behind what was read. Nothing is new in a channel that was never read, or is read to the end. */
function unreadFrom(state: AppState, channelId: Id): Id | null {
  const mark = state.readStates[channelId]?.last_read_message_id ?? null;
  return mark && isUnread(state, channelId) ? mark : null;
}

function messageCreated(state: AppState, message: Message): AppState {
  const channel = state.channels[message.channel_id];
  let next = messageKnown(state, message);
  const isLater = channel && (!channel.last_message_id || message.id > channel.last_message_id);
  if (channel && isLater) next = { ...next, channels: { ...next.channels, [channel.id]: { ...channel, last_message_id: message.id } } };
  const typing = next.typing[message.channel_id];
  if (typing?.[message.author.id]) next = { ...next, typing: { ...next.typing, [message.channel_id]: omit(typing, message.author.id) } };
  const mark = next.readStates[message.channel_id];
  const isAboveMark = !mark?.last_read_message_id || message.id > mark.last_read_message_id;
  if (isLater && isAboveMark && mentionsMe(next, message))
    next = withReadState(next, {
      channel_id: message.channel_id,
      last_read_message_id: mark?.last_read_message_id ?? null,
      mention_count: (mark?.mention_count ?? 0) + 1,
    });
  return next;
}

/** A message that the host acknowledged: it takes the place of the one that was shown while it was on its way. */
function messageKnown(state: AppState, message: Message): AppState {
  let next: AppState = { ...state, users: withUsers(state.users, peopleOf(message)) };
  if (message.nonce && message.author.id === state.me?.id)
    next = setOutbox(next, message.channel_id, (list) =>
      list.some(({ nonce }) => nonce === message.nonce) ? list.filter(({ nonce }) => nonce !== message.nonce) : list,
    );
  const known = next.windows[message.channel_id]?.byId[message.id];
  // An answer does not know what the gateway told since.
  if (known && message.edited_at === known.edited_at) return next;
  return changeWindow(next, message.channel_id, (window) => (known ? updated(window, message) : posted(window, message)));
}

/** Whose names a message shows. */
function peopleOf({ author, mentions, referenced_message }: Message) {
  return referenced_message ? [author, ...mentions, referenced_message.author] : [author, ...mentions];
}

function setOutbox(state: AppState, channelId: Id, change: (list: OutgoingMessage[]) => OutgoingMessage[]): AppState {
  const before = state.outbox[channelId] ?? [];
  const after = change(before);
  if (after === before) return state;
  return { ...state, outbox: after.length > 0 ? { ...state.outbox, [channelId]: after } : omit(state.outbox, channelId) };
}

function withDraft(drafts: Record<Id, Draft>, channelId: Id, draft: Draft | null): Record<Id, Draft> {
  return draft && (draft.text !== '' || draft.replyTo) ? { ...drafts, [channelId]: draft } : omit(drafts, channelId);
}

function withoutEditing(state: AppState, channelId: Id, gone: readonly Id[]): AppState {
  const editing = state.editing[channelId];
  return editing && gone.includes(editing) ? { ...state, editing: omit(state.editing, channelId) } : state;
}

function withReadState(state: AppState, readState: ReadState): AppState {
  return { ...state, readStates: { ...state.readStates, [readState.channel_id]: readState } };
}

function userUpdated(state: AppState, user: UserProfile): AppState {
  const me: CurrentUser | null = state.me?.id === user.id ? { ...state.me, ...user, about: user.about } : state.me;
  return { ...state, me, users: withUsers(state.users, [user]) };
}

function ownPresence(state: AppState, status: string, customStatus: AppState['ownStatus']['customStatus']): AppState {
  return { ...state, ownStatus: { status, customStatus } };
}

function typingEnded(state: AppState, now: number): AppState {
  let typing = state.typing;
  for (const [channelId, users] of Object.entries(state.typing)) {
    const still = Object.entries(users).filter(([, until]) => until > now);
    if (still.length === Object.keys(users).length) continue;
    typing = still.length > 0 ? { ...typing, [channelId]: Object.fromEntries(still) } : omit(typing, channelId);
  }
  return typing === state.typing ? state : { ...state, typing };
}
