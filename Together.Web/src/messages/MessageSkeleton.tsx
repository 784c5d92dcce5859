import { messages as strings } from '@/strings/messages';
import { Skeleton } from '@/ui/Skeleton';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import styles from './MessageSkeleton.module.css';

/** Widths of the lines, in per cent: a page of talk, always the same one. */
const page: readonly (readonly number[])[] = [[62, 38], [45], [78, 70, 24], [30], [54, 41], [66], [35, 58], [72]];

/** Where messages will be. */
export function MessageSkeleton({ count = page.length }: { count?: number }) {
  return (
    <div className={styles.skeleton} aria-hidden="true">
      {page.slice(0, count).map((lines, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the list never changes
        <div key={index} className={styles.row}>
          <Skeleton round width={40} height={40} />
          <div className={styles.lines}>
            <Skeleton width={110} height={13} />
            {lines.map((width) => (
              <Skeleton key={width} width={`${width}%`} height={13} />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}

/** A view full of them, said aloud. */
export function LoadingMessages() {
  return (
    <>
      <VisuallyHidden role="status">{strings.loading}</VisuallyHidden>
      <MessageSkeleton />
      <MessageSkeleton />
    </>
  );
}
