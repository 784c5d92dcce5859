import type { CSSProperties } from 'react';
import { readable } from '@/messages/roleColor';
import { memberColor, nameOf } from '@/state/names';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { cx } from '@/ui/cx';
import styles from './MemberName.module.css';

/** What somebody is called in a server, in the colour of their role. */
export function MemberName({ userId, serverId, className }: { userId: Id; serverId: Id | null; className?: string }) {
  const name = useApp((state) => nameOf(state, userId, serverId) ?? '');
  const color = useApp((state) => (serverId ? memberColor(state.servers[serverId], userId) : 0));
  const shown = color ? readable(color) : undefined;
  return (
    <span
      className={cx(className, shown && styles.coloured)}
      style={shown && ({ '--on-dark': shown.dark, '--on-light': shown.light } as CSSProperties)}
    >
      <bdi>{name}</bdi>
    </span>
  );
}
