import { useState } from 'react';
import { deleteServer, leaveServer } from '@/actions/servers';
import { closeDialog } from '@/actions/view';
import { type Problem, problemOf } from '@/api/problem';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { problemText } from '@/strings/problems';
import { shell } from '@/strings/shell';
import { ui } from '@/strings/ui';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/TextField';

const words = shell.server;

export function LeaveServerDialog({ serverId }: { serverId: Id }) {
  const name = useApp((state) => state.servers[serverId]?.name);
  if (name === undefined) return null;
  return (
    <ConfirmDialog
      danger
      title={words.leaveTitle(name)}
      body={words.leaveBody}
      confirmLabel={words.leaveConfirm}
      onConfirm={() => leaveServer(serverId)}
      errorText={(reason) => problemText(problemOf(reason))}
      onClose={closeDialog}
    />
  );
}

/** Whoever deletes a server types its name: nothing brings it back. */
export function DeleteServerDialog({ serverId }: { serverId: Id }) {
  const name = useApp((state) => state.servers[serverId]?.name);
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  if (name === undefined) return null;
  const submit = async () => {
    if (typed.trim() !== name.trim()) {
      setError(words.deleteMismatch);
      return;
    }
    setBusy(true);
    try {
      await deleteServer(serverId);
      closeDialog();
    } catch (reason) {
      const problem: Problem = problemOf(reason);
      setError(problemText(problem));
      setBusy(false);
    }
  };
  return (
    <Dialog
      size="s"
      title={words.deleteTitle(name)}
      description={words.deleteBody}
      onClose={closeDialog}
      footer={
        <>
          <Button onClick={closeDialog}>{ui.cancel}</Button>
          <Button variant="danger" busy={busy} type="submit" form="delete-server">
            {words.deleteConfirm}
          </Button>
        </>
      }
    >
      <form
        id="delete-server"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <TextField
          label={words.deleteField(name)}
          value={typed}
          error={error}
          autoComplete="off"
          onChange={(event) => {
            setTyped(event.target.value);
            setError(undefined);
          }}
        />
      </form>
    </Dialog>
  );
}
