import type { User } from '@/contracts';
import { userName } from '@/state/names';
import { Avatar } from '@/ui/Avatar';
import styles from './GroupIcon.module.css';

/** Two of the people of a group, one before the other. */
export function GroupIcon({ people, size }: { people: readonly User[]; size: number }) {
  const [first, second] = people;
  if (!first) return <Avatar id="" name="?" size={size} />;
  if (!second) return <Avatar id={first.id} name={userName(first)} url={first.avatar_url} size={size} />;
  const face = Math.round(size * 0.68);
  return (
    <span className={styles.pair} style={{ width: size, height: size }} aria-hidden="true">
      <Avatar id={first.id} name={userName(first)} url={first.avatar_url} size={face} className={styles.behind} />
      <Avatar id={second.id} name={userName(second)} url={second.avatar_url} size={face} className={styles.before} />
    </span>
  );
}
