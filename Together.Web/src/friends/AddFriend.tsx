import { UserPlus } from 'lucide-react';
import { type FormEvent, useRef, useState } from 'react';
import { askByName } from '@/actions/friends';
import { type Problem, problemOf } from '@/api/problem';
import { userName } from '@/state/names';
import type { AppState } from '@/state/state';
import { store } from '@/state/store';
import { friends as strings } from '@/strings/friends';
import { problemText } from '@/strings/problems';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/TextField';
import styles from './AddFriend.module.css';

/** Asks somebody by username, and says in words what came of it. */
export function AddFriend() {
  const [name, setName] = useState('');
  const [error, setError] = useState<string>();
  const [done, setDone] = useState<string>();
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy) return;
    const username = name.trim().replace(/^@/, '').toLowerCase();
    const known = username ? foreseen(store.getState(), username) : strings.add.required;
    setDone(undefined);
    setError(known);
    if (known) return;
    setBusy(true);
    try {
      const { user, type } = await askByName(username);
      setDone(type === 'friend' ? strings.add.friends(userName(user)) : strings.add.sent(userName(user)));
      setName('');
    } catch (reason) {
      setError(refusal(problemOf(reason), username));
    } finally {
      setBusy(false);
      field.current?.focus();
    }
  };

  return (
    <form className={styles.form} onSubmit={submit} noValidate>
      <h2 className={styles.title}>{strings.add.title}</h2>
      <div className={styles.line}>
        <TextField
          ref={field}
          label={strings.add.username}
          hint={strings.add.hint}
          autoCapitalize="none"
          autoComplete="off"
          spellCheck={false}
          value={name}
          onChange={(event) => {
            setName(event.target.value);
            setError(undefined);
          }}
          error={error}
        />
        <Button variant="primary" type="submit" busy={busy} icon={<UserPlus />} className={styles.submit}>
          {strings.add.submit}
        </Button>
      </div>
      <p role="status" className={styles.done}>
        {done}
      </p>
    </form>
  );
}

/** What needs no asking: the host would answer that nothing has changed. */
export function foreseen(state: AppState, username: string): string | undefined {
  if (state.me?.username === username) return strings.add.self;
  const user = Object.values(state.users).find((one) => one.username === username);
  switch (user && state.relationships[user.id]?.type) {
    case 'friend':
      return strings.add.alreadyFriends(username);
    case 'outgoing':
      return strings.add.pending(username);
    case 'blocked':
      return strings.add.blocked(username);
    default:
      return undefined;
  }
}

export function refusal(problem: Problem, username: string): string {
  switch (problem.status) {
    case 404:
      return strings.add.nobody(username);
    case 403:
      return strings.add.refused(username);
    case 409:
      return problem.code === 'limit_reached' ? problemText(problem) : strings.add.blocked(username);
    case 429:
      // A short wait is for all requests; a long one for this person (conversations.md, "Friends").
      return (problem.retryAfter ?? 0) > 60 ? strings.add.tooOften(username) : problemText(problem);
    default:
      return problemText(problem);
  }
}
