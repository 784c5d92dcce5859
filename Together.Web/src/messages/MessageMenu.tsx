import { Copy, Link, MailOpen, Pencil, Pin, PinOff, Reply, SmilePlus, Trash2, UserRound } from 'lucide-react';
import { startEditing, startReply } from '@/actions/messageDetails';
import { pin } from '@/actions/messages';
import { problemOf } from '@/api/problem';
import { paths } from '@/app/paths';
import type { Message } from '@/contracts';
import { useApp } from '@/state/store';
import { messages as strings } from '@/strings/messages';
import { problemText } from '@/strings/problems';
import { MenuItem, MenuSeparator } from '@/ui/Menu';
import { toast } from '@/ui/toast';
import type { Conversation } from './conversation';
import { copy } from './copy';
import { permitted, reactionKinds } from './permitted';

export interface MessageMenuProps {
  messageId: string;
  conversation: Conversation;
  row: Element;
  onMarkUnread: (message: Message) => void;
}

/** Everything that can be done with a message, as far as the reader may. */
export function MessageMenu({ messageId, conversation, row, onMarkUnread }: MessageMenuProps) {
  const message = useApp((state) => state.windows[conversation.channelId]?.byId[messageId]);
  if (!message) return null;
  const { mask, meId, openPicker, openProfile, askToRemove } = conversation;
  const may = permitted(message, mask, meId);
  const setPin = async (isPinned: boolean) => {
    try {
      await pin(message.channel_id, message.id, isPinned);
    } catch (error) {
      toast.show({ title: problemText(problemOf(error)), tone: 'error' });
    }
  };
  const link = `${location.origin}${paths.channel({ id: message.channel_id, server_id: message.server_id }, message.id)}`;
  return (
    <>
      {may.react && message.reactions.length < reactionKinds && (
        <MenuItem icon={<SmilePlus />} onSelect={() => openPicker(message, row)}>
          {strings.addReaction}
        </MenuItem>
      )}
      {may.reply && (
        <MenuItem icon={<Reply />} shortcut="R" onSelect={() => startReply(message)}>
          {strings.reply}
        </MenuItem>
      )}
      {may.edit && (
        <MenuItem icon={<Pencil />} shortcut="E" onSelect={() => startEditing(message)}>
          {strings.edit}
        </MenuItem>
      )}
      {message.content && (
        <MenuItem icon={<Copy />} onSelect={() => void copy(message.content, strings.copied)}>
          {strings.copyText}
        </MenuItem>
      )}
      <MenuItem icon={<Link />} onSelect={() => void copy(link, strings.copiedLink)}>
        {strings.copyLink}
      </MenuItem>
      <MenuItem icon={<MailOpen />} onSelect={() => onMarkUnread(message)}>
        {strings.markUnread}
      </MenuItem>
      {may.pin && (
        <MenuItem icon={message.pinned ? <PinOff /> : <Pin />} onSelect={() => void setPin(!message.pinned)}>
          {message.pinned ? strings.unpin : strings.pin}
        </MenuItem>
      )}
      <MenuItem icon={<UserRound />} onSelect={() => openProfile(message.author.id, row)}>
        {strings.viewProfile}
      </MenuItem>
      {may.remove && (
        <>
          <MenuSeparator />
          <MenuItem icon={<Trash2 />} shortcut="Delete" danger onSelect={() => askToRemove(message, isShiftDown())}>
            {strings.remove}
          </MenuItem>
        </>
      )}
    </>
  );
}

let shift = false;
if (typeof window !== 'undefined') {
  const follow = (event: KeyboardEvent | PointerEvent | MouseEvent) => {
    shift = event.shiftKey;
  };
  for (const type of ['keydown', 'keyup', 'pointerdown', 'pointerup'] as const)
    window.addEventListener(type, follow, { capture: true, passive: true });
}

/** Menu items tell that they were chosen, not with which keys. */
function isShiftDown(): boolean {
  return shift;
}
