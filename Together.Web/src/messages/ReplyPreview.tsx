import { CornerUpRight, Paperclip } from 'lucide-react';
import { useContext } from 'react';
import type { Message } from '@/contracts';
import { MentionContext } from '@/markdown/mentions';
import { plainText } from '@/markdown/plainText';
import { useApp } from '@/state/store';
import { messages as strings } from '@/strings/messages';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import { useConversation, useName } from './conversation';
import { AvatarOf } from './MessageRow';
import styles from './ReplyPreview.module.css';

/** What a message answers, in one line; a press leads there. */
export function ReplyPreview({ referenced }: { referenced: Message | null }) {
  const isBlocked = useApp((state) => referenced !== null && state.relationships[referenced.author.id]?.type === 'blocked');
  return (
    <div className={styles.reply}>
      <CornerUpRight className={styles.hook} aria-hidden="true" />
      {isBlocked ? (
        <span className={styles.gone}>{strings.blocked(1)}</span>
      ) : referenced ? (
        <Known referenced={referenced} />
      ) : (
        <span className={styles.gone}>{strings.deletedReply}</span>
      )}
    </div>
  );
}

function Known({ referenced }: { referenced: Message }) {
  const { serverId, jumpTo } = useConversation();
  const names = useContext(MentionContext);
  const name = useName(referenced.author, serverId);
  const avatar = useApp((state) => (state.users[referenced.author.id] ?? referenced.author).avatar_url);
  const text = plainText(referenced.content.slice(0, 400), names) || strings.onlyFiles;
  return (
    <button type="button" className={styles.known} onClick={() => jumpTo(referenced.id)}>
      <VisuallyHidden>{`${strings.inReplyTo} `}</VisuallyHidden>
      <AvatarOf id={referenced.author.id} name={name} url={avatar} size={16} />
      <bdi className={styles.name}>{name}</bdi>
      <span dir="auto" className={styles.text}>
        {text}
      </span>
      {referenced.attachments.length > 0 && <Paperclip className={styles.files} aria-hidden="true" />}
      <VisuallyHidden>{`. ${strings.toReply}`}</VisuallyHidden>
    </button>
  );
}
