import { Compass } from 'lucide-react';
import { Link } from 'wouter';
import { app } from '@/strings/app';
import { EmptyState } from '@/ui/EmptyState';
import { paths } from './paths';
import { ShellMenuButton } from './ShellMenuButton';
import styles from './ShellStates.module.css';

/** For an address that leads nowhere, or to something that one cannot see. */
export function Nowhere() {
  return (
    <main className={styles.main} tabIndex={-1}>
      <div className={styles.top}>
        <ShellMenuButton />
      </div>
      <EmptyState
        icon={<Compass />}
        level={1}
        title={app.nowhere}
        body={app.nowhereHint}
        action={<Link href={paths.friends}>{app.toFriends}</Link>}
        className={styles.state}
      />
    </main>
  );
}
