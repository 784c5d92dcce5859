import { Pin, UserPlus } from 'lucide-react';
import type { Message } from '@/contracts';
import { messages as strings } from '@/strings/messages';
import { useConversation } from './conversation';
import { Time } from './MessageRow';
import { Name } from './Name';
import { Reactions } from './Reactions';
import styles from './SystemMessage.module.css';

/** What the host says of its own accord. */
export function SystemMessage({ message }: { message: Message }) {
  const { jumpTo } = useConversation();
  const { reply_to: pinned } = message;
  const isPin = message.type === 'pin_added';
  return (
    <>
      <span className={isPin ? styles.icon : `${styles.icon} ${styles.joined}`} aria-hidden="true">
        {isPin ? <Pin /> : <UserPlus />}
      </span>
      <div>
        <p className={styles.text}>
          <span id={`${message.id}-text`}>
            <Name user={message.author} id={`${message.id}-name`} className={styles.name} /> {isPin ? strings.pinnedOne : strings.joined}
          </span>{' '}
          {isPin && pinned && (
            <button type="button" className={styles.see} onClick={() => jumpTo(pinned)}>
              {strings.seePinned}
            </button>
          )}{' '}
          <Time message={message} />
        </p>
        <Reactions message={message} />
      </div>
    </>
  );
}
