import type { CSSProperties } from 'react';
import type { User } from '@/contracts';
import { cx } from '@/ui/cx';
import { useConversation, useName, useNameColor } from './conversation';
import styles from './Name.module.css';

/** Somebody's name in the colour of their role; a press shows who they are. */
export function Name({ user, id, className }: { user: User; id?: string; className?: string }) {
  const { serverId, openProfile } = useConversation();
  const name = useName(user, serverId);
  const color = useNameColor(user.id, serverId);
  return (
    <button
      type="button"
      tabIndex={-1}
      id={id}
      className={cx(styles.name, className)}
      style={color && ({ '--on-dark': color.dark, '--on-light': color.light } as CSSProperties)}
      onClick={(event) => openProfile(user.id, event.currentTarget)}
    >
      <bdi>{name}</bdi>
    </button>
  );
}
