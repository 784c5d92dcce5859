import { X } from 'lucide-react';
import { useLocation } from 'wouter';
import { paths } from '@/app/paths';
import type { Message } from '@/contracts';
import { nameOf } from '@/state/names';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { composer } from '@/strings/composer';
import { IconButton } from '@/ui';
import styles from './Composer.module.css';

/** Whom the message answers. */
export function ReplyBar({ channelId, message, onCancel }: { channelId: Id; message: Message; onCancel: () => void }) {
  const [, navigate] = useLocation();
  const name = useApp((state) => nameOf(state, message.author.id, message.server_id)) ?? message.author.username;
  const toMessage = () => navigate(paths.channel({ id: channelId, server_id: message.server_id }, message.id));
  return (
    <div className={styles.reply}>
      <button type="button" className={styles.replied} onClick={toMessage} title={composer.toReplied}>
        {composer.replyingTo} <bdi className={styles.author}>{name}</bdi>
      </button>
      <IconButton size="s" label={composer.cancelReply} shortcut="Escape" onClick={onCancel}>
        <X />
      </IconButton>
    </div>
  );
}
