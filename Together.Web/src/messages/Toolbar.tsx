import { Ellipsis, Pencil, Reply, SmilePlus } from 'lucide-react';
import { memo, useState } from 'react';
import { startEditing, startReply } from '@/actions/messageDetails';
import type { Message } from '@/contracts';
import { messages as strings } from '@/strings/messages';
import { IconButton } from '@/ui/IconButton';
import { useConversation } from './conversation';
import { permitted, reactionKinds } from './permitted';
import { recentEmoji } from './recentEmoji';
import styles from './Toolbar.module.css';

/** What is done most often with the message under the pointer, or with the focus. */
export const Toolbar = memo(function Toolbar({ message }: { message: Message }) {
  const { mask, meId, openMenu, openPicker, react } = useConversation();
  const [recent] = useState(() => recentEmoji(3));
  const may = permitted(message, mask, meId);
  const isFull = message.reactions.length >= reactionKinds;
  return (
    <div role="toolbar" aria-label={strings.actions} className={styles.toolbar}>
      {may.react &&
        recent.map((emoji) => {
          const mine = message.reactions.some((reaction) => reaction.emoji === emoji && reaction.me);
          return (
            <IconButton key={emoji} size="s" label={strings.reactWith(emoji)} pressed={mine} onClick={() => react(message, emoji, !mine)}>
              <span className={styles.emoji}>{emoji}</span>
            </IconButton>
          );
        })}
      {may.react && !isFull && (
        <IconButton size="s" label={strings.addReaction} onClick={(event) => openPicker(message, event.currentTarget)}>
          <SmilePlus />
        </IconButton>
      )}
      {may.reply && (
        <IconButton size="s" label={strings.reply} shortcut="R" onClick={() => startReply(message)}>
          <Reply />
        </IconButton>
      )}
      {may.edit && (
        <IconButton size="s" label={strings.edit} shortcut="E" onClick={() => startEditing(message)}>
          <Pencil />
        </IconButton>
      )}
      <IconButton size="s" label={strings.more} aria-haspopup="menu" onClick={(event) => openMenu(event.currentTarget)}>
        <Ellipsis />
      </IconButton>
    </div>
  );
});
