import type { ReactNode } from 'react';
import type { User } from '@/contracts';
import { customStatusOf, presenceOf } from '@/members/presence';
import { userName } from '@/state/names';
import { useApp } from '@/state/store';
import { ui } from '@/strings/ui';
import { Avatar } from '@/ui/Avatar';
import styles from './PersonRow.module.css';

interface PersonRowProps {
  user: User;
  /** What a press does; without `onPress` the row is only to read. */
  onPress?: () => void;
  /** In place of what they say of themselves. */
  line?: string;
  /** Whoever is no friend shows nothing of their presence. */
  hidePresence?: boolean;
  /** Buttons. */
  children?: ReactNode;
}

/** Somebody in a list. */
export function PersonRow({ user, onPress, line, hidePresence, children }: PersonRowProps) {
  const presence = useApp((state) => presenceOf(state.presences[user.id]));
  const status = useApp((state) => customStatusOf(state.presences[user.id]));
  const content = (
    <>
      <Avatar id={user.id} name={userName(user)} url={user.avatar_url} size={36} presence={hidePresence ? undefined : presence} />
      <span className={styles.text}>
        <span className={styles.names}>
          <bdi className={styles.name}>{userName(user)}</bdi>
          <bdi className={styles.username}>{user.username}</bdi>
        </span>
        <span className={styles.line} dir="auto">
          {line ?? status ?? ui.presence[presence]}
        </span>
      </span>
    </>
  );
  return (
    <div className={styles.row}>
      {onPress ? (
        <button type="button" className={styles.person} onClick={onPress}>
          {content}
        </button>
      ) : (
        <div className={styles.person}>{content}</div>
      )}
      {children}
    </div>
  );
}
