import { type KeyboardEvent, useState } from 'react';
import { stopEditing } from '@/actions/messageDetails';
import { edit } from '@/actions/messages';
import { problemOf } from '@/api/problem';
import { Editor } from '@/composer/Editor';
import { fromWire, toWire, type Written } from '@/composer/written';
import type { Message } from '@/contracts';
import { userName } from '@/state/names';
import type { Id } from '@/state/state';
import { store, useApp } from '@/state/store';
import { messages as strings } from '@/strings/messages';
import { problemText } from '@/strings/problems';
import { Button } from '@/ui/Button';
import { useConversation } from './conversation';
import styles from './EditMessage.module.css';

/** What was typed stays when the row goes out of sight, or the channel does. */
const typed = new Map<Id, Written>();

/** A message while it is being rewritten in its place. */
export function EditMessage({ message }: { message: Message }) {
  const { channel_id: channelId, id } = message;
  const { askToRemove } = useConversation();
  const [value, setValue] = useState<Written>(() => typed.get(id) ?? readable(message));
  const [problem, setProblem] = useState<string | null>(null);
  const [isSaving, setSaving] = useState(false);
  const maxLength = useApp((state) => state.instance?.limits.message_content_max ?? 4000);

  const change = (written: Written) => {
    typed.set(id, written);
    setValue(written);
    setProblem(null);
  };
  const stop = () => {
    typed.delete(id);
    stopEditing(channelId);
    backToRow(id);
  };
  const save = async () => {
    const text = toWire(value).trim();
    if (isSaving) return;
    if (text === message.content) return stop();
    if (text === '' && message.attachments.length === 0) return askToRemove(message, false);
    setSaving(true);
    setProblem(null);
    try {
      await edit(channelId, id, text);
      typed.delete(id);
      backToRow(id);
    } catch (error) {
      setProblem(problemText(problemOf(error)));
      setSaving(false);
    }
  };
  const key = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && !event.defaultPrevented) {
      event.preventDefault();
      stop();
    }
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Escape bubbles here from the editor and its buttons
    <div className={styles.edit} onKeyDown={key}>
      <Editor
        channelId={channelId}
        value={value}
        onChange={change}
        onSubmit={() => void save()}
        onCancel={stop}
        autoFocus
        label={strings.editLabel}
        placeholder={strings.editLabel}
        maxLength={maxLength}
        className={styles.box}
      />
      <div role="alert" className={styles.problem}>
        {problem}
      </div>
      <div className={styles.actions}>
        <span className={styles.hint}>{strings.editHint}</span>
        <Button size="s" onClick={stop}>
          {strings.cancel}
        </Button>
        <Button size="s" variant="primary" busy={isSaving} onClick={() => void save()}>
          {strings.save}
        </Button>
      </div>
    </div>
  );
}

/** Names in the place of ids. */
function readable(message: Message): Written {
  const { users, servers, channels } = store.getState();
  const server = message.server_id ? servers[message.server_id] : undefined;
  return fromWire(message.content, {
    user(id) {
      const user = users[id];
      return user ? { name: server?.members[id]?.nickname ?? userName(user), username: user.username } : null;
    },
    role: (id) => server?.roles[id]?.name ?? null,
    channel: (id) => channels[id]?.name ?? null,
  });
}

/** The focus was in the editor, which is gone: whoever moves by keyboard goes on from the message. */
function backToRow(id: Id): void {
  requestAnimationFrame(() => {
    if (document.activeElement === document.body) document.querySelector<HTMLElement>(`[data-message="${id}"]`)?.focus({ preventScroll: true });
  });
}
