import { app } from '@/strings/app';
import styles from './Starting.module.css';

/** What is shown until it is known who is there. */
export function Starting({ unreachable = false }: { unreachable?: boolean }) {
  return (
    <main className={styles.starting}>
      <img src="/favicon.svg" alt="" width={56} height={56} className={styles.mark} />
      <div role="status">
        <p className={unreachable ? styles.title : 'visually-hidden'}>{unreachable ? app.unreachable : app.starting}</p>
        {unreachable && <p className={styles.hint}>{app.unreachableHint}</p>}
      </div>
    </main>
  );
}
