import { useState } from 'react';
import { ban, kick, setNickname, timeOut } from '@/actions/members';
import { closeDialog } from '@/actions/view';
import { type Problem, problemOf } from '@/api/problem';
import { nameOf } from '@/state/names';
import type { Id, OpenDialog } from '@/state/state';
import { useApp } from '@/state/store';
import { members as strings } from '@/strings/members';
import { fieldText, problemText } from '@/strings/problems';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Select } from '@/ui/Select';
import { TextField } from '@/ui/TextField';
import styles from './ModerateDialog.module.css';

const words = strings.moderate;

type Action = Extract<OpenDialog, { kind: 'moderate' }>['action'];

/** How long a reason may be (docs/protocol/communities.md). */
const reasonMax = 512;

interface ModerateDialogProps {
  action: Action;
  serverId: Id;
  userId: Id;
  onClose?: () => void;
}

/** Something that is done to a member: what it means, how far it goes and why. */
export function ModerateDialog({ action, serverId, userId, onClose = closeDialog }: ModerateDialogProps) {
  const name = useApp((state) => nameOf(state, userId, serverId) ?? '');
  const isOwn = useApp((state) => state.me?.id === userId);
  const nicknameMax = useApp((state) => state.instance?.limits.nickname_max);
  const known = useApp((state) => state.servers[serverId]?.members[userId]?.nickname ?? '');
  const [nickname, setNicknameText] = useState(known);
  const [reason, setReason] = useState('');
  const [lasts, setLasts] = useState<(typeof strings.timeouts)[number]['value']>('3600');
  const [deleted, setDeleted] = useState<(typeof strings.deletions)[number]['value']>('0');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  const run = (): Promise<void> => {
    switch (action) {
      case 'nickname':
        return setNickname(serverId, userId, nickname.trim() || null);
      case 'timeout':
        return timeOut(serverId, userId, Number(lasts), reason.trim());
      case 'kick':
        return kick(serverId, userId, reason.trim());
      case 'ban':
        return ban(serverId, userId, Number(deleted), reason.trim());
    }
  };
  const submit = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await run();
      onClose();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };
  const { title, body, confirm, isDangerous } = textsOf(action, name, isOwn);
  const nicknameError = fieldText(problem, 'nickname');
  return (
    <Dialog
      size="s"
      title={title}
      description={body}
      keepOnOutsidePress
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button variant={isDangerous ? 'danger' : 'primary'} busy={busy} type="submit" form="moderate">
            {confirm}
          </Button>
        </>
      }
    >
      <form
        id="moderate"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void submit();
        }}
      >
        {action === 'nickname' && (
          <TextField
            label={words.nickname}
            hint={isOwn ? words.ownNicknameHint : words.nicknameHint}
            value={nickname}
            maxLength={nicknameMax}
            autoComplete="off"
            error={nicknameError}
            onChange={(event) => setNicknameText(event.target.value)}
          />
        )}
        {action === 'timeout' && <Select label={words.timeoutFor} options={strings.timeouts} value={lasts} onChange={setLasts} />}
        {action === 'ban' && <Select label={words.deleteMessages} options={strings.deletions} value={deleted} onChange={setDeleted} />}
        {action !== 'nickname' && (
          <TextField
            label={words.reason}
            optional
            hint={words.reasonHint}
            value={reason}
            maxLength={reasonMax}
            autoComplete="off"
            onChange={(event) => setReason(event.target.value)}
          />
        )}
        <p role="alert" className={styles.error}>
          {problem && !nicknameError && problemText(problem)}
        </p>
      </form>
    </Dialog>
  );
}

function textsOf(action: Action, name: string, isOwn: boolean): { title: string; body?: string; confirm: string; isDangerous: boolean } {
  switch (action) {
    case 'nickname':
      return { title: isOwn ? words.ownNicknameTitle : words.nicknameTitle(name), confirm: words.nicknameConfirm, isDangerous: false };
    case 'timeout':
      return { title: words.timeoutTitle(name), body: words.timeoutBody, confirm: words.timeoutConfirm, isDangerous: false };
    case 'kick':
      return { title: words.kickTitle(name), body: words.kickBody, confirm: words.kickConfirm, isDangerous: true };
    case 'ban':
      return { title: words.banTitle(name), body: words.banBody, confirm: words.banConfirm, isDangerous: true };
  }
}
