import { type FormEvent, useState } from 'react';
import { logOut } from '@/actions/session';
import { changePassword, changeProfile, logOutEverywhere } from '@/actions/settings';
import { type Problem, problemOf } from '@/api/problem';
import { attempt } from '@/app/attempt';
import { accountErrors, fieldError } from '@/auth/account';
import { Trouble } from '@/auth/Trouble';
import type { CurrentUser } from '@/contracts';
import { useApp } from '@/state/store';
import { auth } from '@/strings/auth';
import { problemText } from '@/strings/problems';
import { settings } from '@/strings/settings';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { TextField } from '@/ui/TextField';
import { toast } from '@/ui/toast';
import { useForm } from './form';
import { Block, Blocks, Row } from './parts';
import parts from './parts.module.css';
import { useUnsaved } from './SettingsFrame';
import { UnsavedForm } from './UnsavedBar';

const words = settings.account;

export function AccountSection() {
  const me = useApp((state) => state.me);
  const [everywhere, setEverywhere] = useState(false);
  const [leaving, setLeaving] = useState(false);
  if (!me) return null;
  const leave = async () => {
    setLeaving(true);
    await attempt(logOut());
    setLeaving(false);
  };
  return (
    <Blocks>
      <Email me={me} />
      <Password username={me.username} />
      <Block title={words.leave} hint={words.leaveHint}>
        <div className={parts.buttons}>
          <Button busy={leaving} onClick={leave}>
            {words.leave}
          </Button>
          <Button variant="danger" onClick={() => setEverywhere(true)}>
            {words.everywhere}
          </Button>
        </div>
      </Block>
      {everywhere && (
        <ConfirmDialog
          danger
          title={words.everywhereTitle}
          body={words.everywhereBody}
          confirmLabel={words.everywhere}
          onConfirm={logOutEverywhere}
          errorText={(reason) => problemText(problemOf(reason))}
          onClose={() => setEverywhere(false)}
        />
      )}
    </Blocks>
  );
}

function Email({ me }: { me: CurrentUser }) {
  const max = useApp((state) => state.instance?.limits.email_max);
  const form = useForm({ email: me.email ?? '' }, ({ email = '' }) => changeProfile({ email: email.trim() || null }));
  return (
    <Block>
      <UnsavedForm form={form} className={parts.fields}>
        <div className={parts.list}>
          <Row title={words.username} hint={words.usernameHint}>
            <strong>{me.username}</strong>
          </Row>
        </div>
        <TextField
          label={words.email}
          optional
          type="email"
          autoComplete="email"
          maxLength={max}
          placeholder={words.noEmail}
          hint={words.emailHint}
          value={form.draft.email}
          onChange={(event) => form.set({ email: event.target.value })}
          error={fieldError(form.problem, 'email')}
        />
      </UnsavedForm>
    </Block>
  );
}

const empty = { current: '', next: '' };

function Password({ username }: { username: string }) {
  const limits = useApp((state) => state.instance?.limits);
  const [draft, setDraft] = useState(empty);
  const [missing, setMissing] = useState<{ current?: string; next?: string }>({});
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  useUnsaved(draft.current !== '' || draft.next !== '');
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (busy || !limits) return;
    const wrong = {
      ...(draft.current ? {} : { current: auth.required }),
      ...(draft.next ? { next: accountErrors(username, draft.next, limits).password } : { next: auth.required }),
    };
    setMissing(wrong);
    setProblem(null);
    if (wrong.current || wrong.next) return;
    setBusy(true);
    try {
      await changePassword(draft.current, draft.next);
      setDraft(empty);
      toast.show({ tone: 'success', title: words.passwordChanged, body: words.passwordChangedBody });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const isWrong = problem?.code === 'invalid_credentials';
  return (
    <Block title={words.password} hint={words.passwordHint}>
      <form className={parts.fields} onSubmit={submit} noValidate>
        <input type="text" autoComplete="username" value={username} readOnly hidden />
        <TextField
          label={words.current}
          type="password"
          autoComplete="current-password"
          value={draft.current}
          onChange={(event) => setDraft({ ...draft, current: event.target.value })}
          error={missing.current ?? (isWrong ? words.wrongPassword : fieldError(problem, 'current_password'))}
        />
        <TextField
          label={words.next}
          type="password"
          autoComplete="new-password"
          hint={limits && auth.passwordHint(limits.password_min_bytes)}
          value={draft.next}
          onChange={(event) => setDraft({ ...draft, next: event.target.value })}
          error={missing.next ?? fieldError(problem, 'new_password')}
        />
        <Trouble problem={isWrong || problem?.code === 'invalid_body' ? null : problem} />
        <div className={parts.buttons}>
          <Button type="submit" variant="primary" busy={busy}>
            {words.changePassword}
          </Button>
        </div>
      </form>
    </Block>
  );
}
