import type { Problem } from '@/api/problem';
import type { Attachment, Channel, CurrentUser, Dispatch, Instance, Message, Role, Server, ServerSnapshot, UserSettings } from '@/contracts';
import type { Connection, Draft, Id, OutgoingMessage, SessionPhase, View, WindowEdge } from './state';

/** All that can happen to the state. Times are milliseconds of performance.now(), but where it says otherwise. */
export type Action =
  | { type: 'instance'; instance: Instance }
  | { type: 'session'; phase: Exclude<SessionPhase, 'signed_out' | 'signed_in'> }
  | { type: 'signed_in'; me: CurrentUser; drafts: Record<Id, Draft>; outbox: Record<Id, OutgoingMessage[]> }
  | { type: 'signed_out'; because: 'expired' | 'revoked' | null }
  | { type: 'connection'; connection: Connection }
  /** From the gateway. */
  | { type: 'dispatch'; event: Dispatch; now: number }
  | { type: 'opened'; channelId: Id | null }
  | { type: 'window_loading'; channelId: Id; edge: WindowEdge }
  | { type: 'window_loaded'; channelId: Id; edge: WindowEdge; messages: readonly Message[]; limit: number }
  | { type: 'window_failed'; channelId: Id; problem: Problem }
  /** What a request answered: it may come before its event. */
  | { type: 'message'; message: Message }
  | { type: 'message_gone'; channelId: Id; messageId: Id }
  | { type: 'reaction'; channelId: Id; messageId: Id; emoji: string; isAdded: boolean }
  | { type: 'send'; message: OutgoingMessage }
  | { type: 'send_again'; channelId: Id; nonce: string }
  | { type: 'send_failed'; channelId: Id; nonce: string; problem: Problem }
  | { type: 'send_dropped'; channelId: Id; nonce: string }
  | { type: 'draft'; channelId: Id; draft: Draft | null }
  | { type: 'editing'; channelId: Id; messageId: Id | null }
  | { type: 'read'; channelId: Id; messageId: Id | null }
  /** Where the line "new" stands in the channel on screen. */
  | { type: 'new_since'; messageId: Id | null }
  /** The same files with fresh links. */
  | { type: 'attachments'; channelId: Id; messageId: Id; attachments: Attachment[] }
  | { type: 'typing_ended'; now: number }
  | { type: 'settings'; settings: UserSettings }
  | { type: 'profile'; me: CurrentUser }
  | { type: 'view'; change: Partial<View> }
  | { type: 'server'; server: Server | ServerSnapshot }
  /** What a request answered, or what is shown until it does. */
  | { type: 'roles'; serverId: Id; roles: readonly Role[] }
  | { type: 'channels'; channels: readonly Channel[] };
