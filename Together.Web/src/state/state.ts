import type { Problem } from '@/api/problem';
import type {
  Channel,
  CurrentUser,
  CustomStatus,
  Instance,
  Member,
  Message,
  Presence,
  ReadState,
  Relationship,
  Role,
  User,
  UserSettings,
} from '@/contracts';

/** UUIDv7, lower case: sorts by creation time. */
export type Id = string;

/** A member without the user, whom {@link AppState.users} has once for everywhere. */
export type Membership = Omit<Member, 'user'> & { user_id: Id };

export interface Community {
  id: Id;
  name: string;
  icon_url: string | null;
  owner_id: Id;
  created_at: string;
  roles: Record<Id, Role>;
  /** The first 1,000, and whoever was asked for since. */
  members: Record<Id, Membership>;
  member_count: number;
}

export interface Friendship {
  type: Relationship['type'];
  since: string;
}

/**
 * A run of a channel's messages without gaps. What is on its edges is known only by {@link hasOlder} and {@link hasNewer}.
 */
export interface MessageWindow {
  /** Ascending: the oldest first. */
  ids: Id[];
  byId: Record<Id, Message>;
  hasOlder: boolean;
  /** True while the window shows the past: what is posted now is not in it. */
  hasNewer: boolean;
  loading: WindowEdge | null;
  problem: Problem | null;
  /** It may lack what happened while there was no connection: fetch it again. */
  stale: boolean;
}

/** Which part of a channel was asked for. */
export type WindowEdge = 'latest' | 'oldest' | 'older' | 'newer' | 'around';

/** A message of one's own that the host has not acknowledged yet. */
export interface OutgoingMessage {
  nonce: string;
  channelId: Id;
  content: string;
  replyTo: Message | null;
  attachmentIds: Id[];
  /** Of the files, for showing. */
  filenames: string[];
  /** Milliseconds since 1970 by this device's clock. */
  createdAt: number;
  status: 'sending' | 'failed';
  problem: Problem | null;
}

export interface Draft {
  text: string;
  /** What the names in the text mean on the wire: of `@Ada`, `<@id>`. */
  mentions: Readonly<Record<string, string>>;
  replyTo: Message | null;
}

export type ConnectionPhase = 'idle' | 'connecting' | 'identifying' | 'resuming' | 'ready' | 'waiting' | 'offline' | 'refused';

export interface Connection {
  phase: ConnectionPhase;
  /** How many attempts have failed in a row. */
  attempt: number;
  /** Whether READY came at least once since signing in. */
  wasReady: boolean;
}

/** What stands beside the messages. */
export type Panel = 'members' | 'search' | 'pins' | null;

/** The dialog that is open: one at a time. */
export type OpenDialog =
  | { kind: 'create_server' }
  | { kind: 'join_server' }
  | { kind: 'invite'; serverId: Id }
  | { kind: 'server_settings'; serverId: Id; section: 'overview' | 'roles' | 'members' | 'bans' | 'invites' | 'audit_log' }
  | { kind: 'create_channel'; serverId: Id; categoryId: Id | null; type: 'text' | 'voice' | 'category' }
  | { kind: 'edit_channel'; channelId: Id }
  | { kind: 'delete_channel'; channelId: Id }
  | { kind: 'leave_server'; serverId: Id }
  | { kind: 'delete_server'; serverId: Id }
  | { kind: 'moderate'; action: 'nickname' | 'timeout' | 'kick' | 'ban'; serverId: Id; userId: Id }
  | { kind: 'user_settings'; section: 'profile' | 'account' | 'sessions' | 'notifications' | 'appearance' | 'keybinds' | 'instance' }
  | { kind: 'status' }
  | { kind: 'quick_switcher' }
  | { kind: 'new_conversation' }
  | { kind: 'edit_group'; channelId: Id };

export interface View {
  dialog: OpenDialog | null;
  panel: Panel;
  /** On narrow screens: which drawer is out. */
  drawer: 'navigation' | 'panel' | null;
}

export type SessionPhase = 'starting' | 'unreachable' | 'signed_out' | 'signed_in';

export interface AppState {
  session: SessionPhase;
  /** Why one is signed out; null when there is nothing to say. */
  signedOutBecause: 'expired' | 'revoked' | null;
  instance: Instance | null;
  connection: Connection;
  me: CurrentUser | null;
  settings: UserSettings;
  users: Record<Id, User>;
  servers: Record<Id, Community>;
  /** Servers' and private ones. */
  channels: Record<Id, Channel>;
  relationships: Record<Id, Friendship>;
  presences: Record<Id, Presence>;
  /** What was chosen for oneself. */
  ownStatus: { status: string; customStatus: CustomStatus | null };
  readStates: Record<Id, ReadState>;
  windows: Record<Id, MessageWindow>;
  outbox: Record<Id, OutgoingMessage[]>;
  drafts: Record<Id, Draft>;
  /** The message that is being edited, by channel. */
  editing: Record<Id, Id>;
  /** Who types, until when in milliseconds of {@link performance.now}. */
  typing: Record<Id, Record<Id, number>>;
  /** The channel on screen. */
  openChannel: Id | null;
  /** Of the channel on screen: the last message that was read when it was opened. Null when all of it was. */
  newSince: Id | null;
  view: View;
}

export const defaultSettings: UserSettings = { theme: 'system', locale: 'en', notifications: [] };

export const initialState: AppState = {
  session: 'starting',
  signedOutBecause: null,
  instance: null,
  connection: { phase: 'idle', attempt: 0, wasReady: false },
  me: null,
  settings: defaultSettings,
  users: {},
  servers: {},
  channels: {},
  relationships: {},
  presences: {},
  ownStatus: { status: 'online', customStatus: null },
  readStates: {},
  windows: {},
  outbox: {},
  drafts: {},
  editing: {},
  typing: {},
  openChannel: null,
  newSince: null,
  view: { dialog: null, panel: 'members', drawer: null },
};
