import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { inviteCode } from '@/actions/joining';
import { closeDialog } from '@/actions/view';
import { paths } from '@/app/paths';
import { servers } from '@/strings/servers';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/TextField';
import styles from './Dialogs.module.css';

/** Leads to the invite, which shows where it leads before one joins. */
export function JoinServerDialog() {
  const [text, setText] = useState('');
  const [wrong, setWrong] = useState(false);
  const [, navigate] = useLocation();
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    const code = inviteCode(text);
    setWrong(!code);
    if (!code) return;
    closeDialog();
    navigate(paths.invite(code));
  };
  return (
    <Dialog
      title={servers.join}
      description={servers.joinHint}
      size="s"
      onClose={closeDialog}
      footer={
        <Button variant="primary" type="submit" form="join-server">
          {servers.continue}
        </Button>
      }
    >
      <form id="join-server" className={styles.form} onSubmit={onSubmit} noValidate>
        <TextField
          label={servers.invite}
          placeholder={`${location.origin}/invite/…`}
          autoCapitalize="none"
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
          error={wrong ? servers.inviteWrong : undefined}
        />
      </form>
    </Dialog>
  );
}
