import { X } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { setCustomStatus } from '@/actions/presence';
import { closeDialog } from '@/actions/view';
import { EmojiButton } from '@/composer/EmojiPicker';
import { useApp } from '@/state/store';
import { friends } from '@/strings/friends';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { IconButton } from '@/ui/IconButton';
import { Select } from '@/ui/Select';
import { TextField } from '@/ui/TextField';
import { toast } from '@/ui/toast';
import styles from './StatusDialog.module.css';
import { type Lasts, statusEnd } from './statusEnd';

const strings = friends.status;

/** conversations.md, "Presence". */
const textMax = 128;

/** What one says of oneself, and for how long. */
export function StatusDialog() {
  const known = useApp((state) => state.ownStatus.customStatus);
  const [emoji, setEmoji] = useState(known?.emoji ?? null);
  const [text, setText] = useState(known?.text ?? '');
  const [lasts, setLasts] = useState<Lasts>(known?.expires_at ? 'kept' : 'never');
  const options = (known?.expires_at ? lengths : lengths.filter((length) => length !== 'kept')).map((value) => ({
    value,
    label: strings.lasts[value],
  }));

  const say = (status: Parameters<typeof setCustomStatus>[0]) => {
    if (!setCustomStatus(status)) toast.show({ title: strings.later });
    closeDialog();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const said = text.trim();
    say(said || emoji ? { text: said || null, emoji, expires_at: statusEnd(lasts, new Date(), known?.expires_at ?? null) } : null);
  };

  return (
    <Dialog
      title={strings.title}
      description={strings.hint}
      size="s"
      onClose={closeDialog}
      footer={
        <>
          {known && <Button onClick={() => say(null)}>{strings.clear}</Button>}
          <Button variant="primary" type="submit" form="own-status">
            {strings.save}
          </Button>
        </>
      }
    >
      <form id="own-status" className={styles.form} onSubmit={submit} noValidate>
        <TextField
          label={strings.text}
          placeholder={strings.placeholder}
          maxLength={textMax}
          value={text}
          onChange={(event) => setText(event.target.value)}
          leading={
            <EmojiButton
              size="s"
              label={strings.emoji}
              side="bottom"
              align="start"
              tooltipSide={null}
              onPick={setEmoji}
              icon={emoji ? <span className={styles.emoji}>{emoji}</span> : undefined}
            />
          }
          trailing={
            emoji && (
              <IconButton size="s" label={strings.removeEmoji} onClick={() => setEmoji(null)}>
                <X />
              </IconButton>
            )
          }
        />
        <Select label={strings.clearAfter} options={options} value={lasts} onChange={setLasts} />
      </form>
    </Dialog>
  );
}

const lengths: readonly Lasts[] = ['kept', 'never', 'minutes30', 'hour', 'hours4', 'today'];
