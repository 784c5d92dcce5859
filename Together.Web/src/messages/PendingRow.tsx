import { Paperclip } from 'lucide-react';
import { memo } from 'react';
import { drop, sendAgain } from '@/actions/messages';
import { Markdown } from '@/markdown/Markdown';
import { useApp } from '@/state/store';
import { messages as strings } from '@/strings/messages';
import { problemText } from '@/strings/problems';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import { useConversation } from './conversation';
import { copy } from './copy';
import { DayLine } from './Lines';
import { AvatarOf } from './MessageRow';
import row from './MessageRow.module.css';
import { Name } from './Name';
import styles from './PendingRow.module.css';
import { ReplyPreview } from './ReplyPreview';
import type { PendingRow as Row } from './rows';
import { clock } from './times';

/** One's own message on its way, or one that did not get there. */
export const PendingRow = memo(function PendingRow({ row: { outgoing, isHead, day } }: { row: Row }) {
  const { channelId } = useConversation();
  const me = useApp((state) => state.me);
  const { nonce, content, replyTo, filenames, status, problem, createdAt } = outgoing;
  const isFailed = status === 'failed';
  if (!me) return null;
  return (
    <article tabIndex={-1} data-row={nonce} aria-busy={!isFailed} className={cx(row.row, isHead && row.head)}>
      {day !== null && <DayLine day={day} isNew={false} />}
      <div className={row.box}>
        {replyTo && <ReplyPreview referenced={replyTo} />}
        {isHead ? (
          <span className={row.avatar}>
            <AvatarOf id={me.id} name={me.display_name} url={me.avatar_url} />
          </span>
        ) : (
          <span />
        )}
        <div className={row.body}>
          {isHead && (
            <header className={row.header}>
              <Name user={me} />
              <time className={row.time}>{clock(createdAt)}</time>
            </header>
          )}
          <div className={cx(styles.content, isFailed ? styles.failed : styles.sending)}>
            {content && <Markdown content={content} />}
            {filenames.map((name, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: two files may have one name, and the list does not change
              <span key={index} className={styles.file}>
                <Paperclip aria-hidden="true" />
                <bdi>{name}</bdi>
              </span>
            ))}
          </div>
          {!isFailed && <VisuallyHidden>{strings.sending}</VisuallyHidden>}
          {isFailed && (
            <div className={styles.failure} role="alert">
              <span>
                {strings.notSent} {problem && problemText(problem)}
              </span>
              <span className={styles.actions}>
                <Button size="s" onClick={() => sendAgain(channelId, nonce)}>
                  {strings.sendAgain}
                </Button>
                {content && (
                  <Button size="s" variant="ghost" onClick={() => void copy(content, strings.copied)}>
                    {strings.copy}
                  </Button>
                )}
                <Button size="s" variant="ghost" onClick={() => drop(channelId, nonce)}>
                  {strings.discard}
                </Button>
              </span>
            </div>
          )}
        </div>
      </div>
    </article>
  );
});
