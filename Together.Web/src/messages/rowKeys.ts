import type { KeyboardEvent } from 'react';
import { startEditing, startReply } from '@/actions/messageDetails';
import type { Message } from '@/contracts';
import type { Conversation } from './conversation';
import { permitted } from './permitted';

/** Keys of a message that has the focus itself. Moving between messages is the list's. */
export function rowKeys(event: KeyboardEvent<HTMLElement>, message: Message, conversation: Conversation): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const allowed = permitted(message, conversation.mask, conversation.meId);
  switch (event.key) {
    case 'Enter':
      conversation.openMenu(event.currentTarget);
      break;
    case 'e':
      if (!allowed.edit) return;
      startEditing(message);
      break;
    case 'r':
      if (!allowed.reply) return;
      startReply(message);
      break;
    case '+':
      if (!allowed.react) return;
      conversation.openPicker(message, event.currentTarget);
      break;
    case 'Delete':
      if (!allowed.remove) return;
      conversation.askToRemove(message, event.shiftKey);
      break;
    default:
      return;
  }
  event.preventDefault();
}
