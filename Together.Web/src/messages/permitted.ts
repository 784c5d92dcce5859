import type { Channel, Message } from '@/contracts';
import { may, Permission } from '@/state/permissions';
import type { Id } from '@/state/state';
import { isSystem } from './rows';

/** Kinds of reactions that one message takes (conversations.md, "Reactions"). */
export const reactionKinds = 20;

export interface Permitted {
  react: boolean;
  reply: boolean;
  edit: boolean;
  pin: boolean;
  remove: boolean;
}

/** What the reader can do with a message, for showing: the host decides. */
export function permitted(message: Message, mask: bigint, meId: Id): Permitted {
  const isMine = message.author.id === meId;
  const writes = may(mask, Permission.SEND_MESSAGES);
  const moderates = may(mask, Permission.MANAGE_MESSAGES);
  const isTalk = !isSystem(message);
  return {
    react: may(mask, Permission.ADD_REACTIONS),
    reply: isTalk && writes && may(mask, Permission.READ_MESSAGE_HISTORY),
    edit: isTalk && isMine && may(mask, Permission.VIEW_CHANNEL),
    pin: isTalk && (message.server_id ? moderates : writes),
    remove: isMine || (message.server_id !== null && moderates),
  };
}

/** In private channels pinning needs no more than writing. */
export function mayUnpin(channel: Channel | undefined, mask: bigint): boolean {
  return may(mask, channel?.server_id ? Permission.MANAGE_MESSAGES : Permission.SEND_MESSAGES);
}
