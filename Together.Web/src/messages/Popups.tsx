import { remove } from '@/actions/messages';
import { problemOf } from '@/api/problem';
import { EmojiPicker } from '@/composer/EmojiPicker';
import type { Message } from '@/contracts';
import { Markdown } from '@/markdown/Markdown';
import { ProfileCard } from '@/members/ProfileCard';
import type { Id } from '@/state/state';
import { messages as strings } from '@/strings/messages';
import { problemText } from '@/strings/problems';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Popover } from '@/ui/Popover';
import { mentionsOf, useConversation, useName } from './conversation';
import styles from './Popups.module.css';

/** What is open over the list: one at a time. */
export type Open =
  | { kind: 'picker'; message: Message; anchor: Element }
  | { kind: 'profile'; userId: Id; anchor: Element }
  | { kind: 'remove'; message: Message };

export function Popups({ open, onClose }: { open: Open | null; onClose: () => void }) {
  const { react, serverId } = useConversation();
  switch (open?.kind) {
    case 'remove':
      return <ConfirmRemove message={open.message} onClose={onClose} />;
    case 'picker':
      return (
        <Popover open anchor={open.anchor} label={strings.addReaction} align="end" flush onOpenChange={(isOpen) => isOpen || onClose()}>
          <EmojiPicker
            onPick={(emoji) => {
              onClose();
              react(open.message, emoji, true);
            }}
          />
        </Popover>
      );
    case 'profile':
      return <ProfileCard userId={open.userId} serverId={serverId} anchor={open.anchor} onClose={onClose} />;
    default:
      return null;
  }
}

function ConfirmRemove({ message, onClose }: { message: Message; onClose: () => void }) {
  const { serverId } = useConversation();
  const name = useName(message.author, serverId);
  return (
    <ConfirmDialog
      title={strings.removeTitle}
      body={
        <>
          <p>{strings.removeHint}</p>
          <blockquote className={styles.preview}>
            <bdi className={styles.name}>{name}</bdi>
            {message.content && <Markdown content={message.content} mentions={mentionsOf(message)} />}
            {message.attachments.length > 0 && <p className={styles.files}>{message.attachments.map(({ filename }) => filename).join(', ')}</p>}
          </blockquote>
        </>
      }
      confirmLabel={strings.remove}
      cancelLabel={strings.keep}
      danger
      onConfirm={() => remove(message.channel_id, message.id)}
      errorText={(reason) => problemText(problemOf(reason))}
      onClose={onClose}
    />
  );
}
