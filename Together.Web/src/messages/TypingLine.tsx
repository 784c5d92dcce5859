import { memo } from 'react';
import { nameOf } from '@/state/names';
import type { Id } from '@/state/state';
import { useApp, useAppShallow } from '@/state/store';
import { messages as strings } from '@/strings/messages';
import styles from './TypingLine.module.css';

/** Who is writing in a channel. Its room is always there. */
export const TypingLine = memo(function TypingLine({ channelId }: { channelId: Id }) {
  const serverId = useApp((state) => state.channels[channelId]?.server_id ?? null);
  const names = useAppShallow((state) =>
    Object.keys(state.typing[channelId] ?? {})
      .filter((id) => state.relationships[id]?.type !== 'blocked')
      .slice(0, 4)
      .map((id) => isolated(nameOf(state, id, serverId) ?? strings.unknownAuthor)),
  );
  return (
    <div className={styles.line} aria-live="polite" aria-atomic="true">
      {names.length > 0 && (
        <>
          <span className={styles.dots} aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          <span className={styles.text}>{strings.typing(names)}</span>
        </>
      )}
    </div>
  );
});

/** Within a sentence a name keeps its direction to itself (UAX #9: FSI … PDI). */
function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
