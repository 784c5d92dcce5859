import { useState } from 'react';
import { useLocation } from 'wouter';
import { createServer } from '@/actions/joining';
import { closeDialog, openDialog } from '@/actions/view';
import { paths } from '@/app/paths';
import { fieldError } from '@/auth/account';
import { Trouble } from '@/auth/Trouble';
import { useSubmit } from '@/auth/useSubmit';
import { userName } from '@/state/names';
import { useApp } from '@/state/store';
import { servers } from '@/strings/servers';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/TextField';
import styles from './Dialogs.module.css';

export function CreateServerDialog() {
  const me = useApp((state) => state.me);
  const max = useApp((state) => state.instance?.limits.server_name_max);
  const [name, setName] = useState('');
  const [checked, setChecked] = useState(false);
  const [, navigate] = useLocation();
  const { busy, problem, onSubmit } = useSubmit(async () => {
    setChecked(true);
    if (!name.trim()) return;
    const id = await createServer(name.trim());
    closeDialog();
    navigate(paths.server(id));
  });
  return (
    <Dialog
      title={servers.create}
      description={servers.createHint}
      size="s"
      onClose={closeDialog}
      keepOnOutsidePress={name !== ''}
      footer={
        <>
          <Button variant="ghost" onClick={() => openDialog({ kind: 'join_server' })}>
            {servers.orJoin}
          </Button>
          <Button variant="primary" type="submit" form="create-server" busy={busy}>
            {servers.createAction}
          </Button>
        </>
      }
    >
      <form id="create-server" className={styles.form} onSubmit={onSubmit} noValidate>
        <TextField
          label={servers.name}
          placeholder={me ? servers.namePlaceholder(userName(me)) : undefined}
          maxLength={max}
          value={name}
          onChange={(event) => setName(event.target.value)}
          error={checked && !name.trim() ? servers.nameRequired : fieldError(problem, 'name')}
        />
        <Trouble problem={problem} />
      </form>
    </Dialog>
  );
}
