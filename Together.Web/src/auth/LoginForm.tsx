import { useState } from 'react';
import { logIn } from '@/actions/session';
import { auth } from '@/strings/auth';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/TextField';
import styles from './AuthPage.module.css';
import { Trouble } from './Trouble';
import { useSubmit } from './useSubmit';

interface LoginFormProps {
  action?: string;
  /** What comes next, for somebody who is logged in now. */
  onDone?: () => Promise<void>;
}

export function LoginForm({ action = auth.logIn, onDone }: LoginFormProps) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [checked, setChecked] = useState(false);
  const { busy, problem, onSubmit } = useSubmit(async () => {
    setChecked(true);
    if (!username.trim() || !password) return;
    await logIn(username.trim().toLowerCase(), password);
    await onDone?.();
  });
  return (
    <form className={styles.form} onSubmit={onSubmit} noValidate>
      <TextField
        label={auth.username}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        value={username}
        onChange={(event) => setUsername(event.target.value)}
        error={checked && !username.trim() ? auth.required : undefined}
      />
      <TextField
        label={auth.password}
        name="password"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
        error={checked && !password ? auth.required : undefined}
      />
      <Trouble problem={problem} />
      <Button type="submit" variant="primary" size="l" wide busy={busy}>
        {action}
      </Button>
    </form>
  );
}
