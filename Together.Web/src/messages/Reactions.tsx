import { SmilePlus } from 'lucide-react';
import { memo, useState } from 'react';
import { reactors } from '@/actions/messageDetails';
import type { Message, Reaction } from '@/contracts';
import { nameOf, userName } from '@/state/names';
import { may, Permission } from '@/state/permissions';
import { store } from '@/state/store';
import { messages as strings } from '@/strings/messages';
import { cx } from '@/ui/cx';
import { IconButton } from '@/ui/IconButton';
import { Tooltip } from '@/ui/Tooltip';
import { useConversation } from './conversation';
import { reactionKinds } from './permitted';
import styles from './Reactions.module.css';

export const Reactions = memo(
  function Reactions({ message }: { message: Message }) {
    const { mask, openPicker } = useConversation();
    if (message.reactions.length === 0) return null;
    const canAdd = may(mask, Permission.ADD_REACTIONS);
    return (
      <ul className={styles.reactions} aria-label={strings.reactions}>
        {message.reactions.map((reaction) => (
          <li key={reaction.emoji}>
            <Chip message={message} reaction={reaction} canAdd={canAdd} />
          </li>
        ))}
        {canAdd && message.reactions.length < reactionKinds && (
          <li>
            <IconButton size="s" label={strings.addReaction} className={styles.add} onClick={(event) => openPicker(message, event.currentTarget)}>
              <SmilePlus />
            </IconButton>
          </li>
        )}
      </ul>
    );
  },
  ({ message: before }, { message: after }) => before.reactions === after.reactions && before.id === after.id,
);

function Chip({ message, reaction: { emoji, count, me }, canAdd }: { message: Message; reaction: Reaction; canAdd: boolean }) {
  const { react, serverId, meId } = useConversation();
  const [who, setWho] = useState<{ names: string; count: number } | null>(null);
  const ask = async () => {
    if (who?.count === count) return;
    try {
      const users = await reactors(message.channel_id, message.id, emoji);
      const state = store.getState();
      const others = users.filter(({ id }) => id !== meId).map((user) => nameOf(state, user.id, serverId) ?? userName(user));
      const names = [...(me ? [strings.you] : []), ...others].slice(0, 9);
      const rest = count - names.length;
      setWho({ names: strings.and(rest > 0 ? [...names, strings.others(rest)] : names), count });
    } catch {
      // Without names the count has to do; the next look asks again.
    }
  };
  const button = (
    <button
      type="button"
      className={cx(styles.chip, me && styles.mine)}
      aria-pressed={me}
      aria-label={strings.reactionOf(emoji, count, me)}
      // Everybody takes their own away; adding needs the permission.
      disabled={!me && !canAdd}
      onClick={() => react(message, emoji, !me)}
      onPointerEnter={() => void ask()}
      onFocus={() => void ask()}
    >
      <span className={styles.emoji}>{emoji}</span>
      <span className={styles.count}>{count}</span>
    </button>
  );
  return who?.count === count ? <Tooltip text={strings.reactedBy(who.names, emoji)}>{button}</Tooltip> : button;
}
