import { Search } from 'lucide-react';
import { useState } from 'react';
import { transferServer } from '@/actions/serverSettings';
import { type Problem, problemOf } from '@/api/problem';
import { Trouble } from '@/auth/Trouble';
import type { User } from '@/contracts';
import { LoadFailed, LoadingRows } from '@/settings/parts';
import parts from '@/settings/parts.module.css';
import { userName } from '@/state/names';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { serverSettings } from '@/strings/serverSettings';
import { ui } from '@/strings/ui';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { TextField } from '@/ui/TextField';
import styles from './TransferDialog.module.css';
import { useMemberSearch } from './useMemberSearch';

const words = serverSettings.overview;

/** Gives the server to another member. */
export function TransferDialog({ serverId, onClose }: { serverId: Id; onClose: () => void }) {
  const myId = useApp((state) => state.me?.id);
  const { text, setText, paged } = useMemberSearch(serverId);
  const [chosen, setChosen] = useState<User | null>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const others = paged.data?.items.filter(({ user }) => user.id !== myId);
  const transfer = async () => {
    if (!chosen) return;
    setBusy(true);
    setProblem(null);
    try {
      await transferServer(serverId, chosen.id);
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <Dialog
      size="s"
      title={words.transferTitle}
      description={words.transferHint}
      keepOnOutsidePress
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{ui.cancel}</Button>
          <Button variant="danger" busy={busy} disabled={!chosen} onClick={transfer}>
            {chosen ? words.transferConfirm(userName(chosen)) : words.choose}
          </Button>
        </>
      }
    >
      <TextField
        label={words.search}
        hideLabel
        type="search"
        placeholder={words.search}
        leading={<Search aria-hidden="true" />}
        value={text}
        onChange={(event) => setText(event.target.value)}
      />
      <fieldset className={styles.list}>
        <legend className="visually-hidden">{words.transferTo}</legend>
        {paged.problem && !paged.data && <LoadFailed problem={paged.problem} busy={paged.busy} onRetry={paged.again} />}
        {!paged.data && paged.busy && <LoadingRows rows={3} />}
        {others?.length === 0 && <p className={parts.hint}>{text.trim() ? words.nobody : words.alone}</p>}
        {others?.map(({ user }) => (
          <label key={user.id} className={styles.member}>
            <input type="radio" name="owner" checked={chosen?.id === user.id} onChange={() => setChosen(user)} className="visually-hidden" />
            <Avatar id={user.id} name={userName(user)} url={user.avatar_url} size={32} />
            <span>
              <bdi>{userName(user)}</bdi> <span className={parts.hint}>{user.username}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <Trouble problem={problem} />
    </Dialog>
  );
}
