import { useState } from 'react';
import { register } from '@/actions/session';
import type { Instance } from '@/contracts';
import { auth } from '@/strings/auth';
import { Button } from '@/ui/Button';
import { TextField } from '@/ui/TextField';
import styles from './AuthPage.module.css';
import { type AccountErrors, accountErrors, fieldError } from './account';
import { Trouble } from './Trouble';
import { useSubmit } from './useSubmit';

interface RegisterFormProps {
  instance: Instance;
  invite?: string;
  action?: string;
  /** What comes next, for somebody who has an account now. */
  onDone?: () => Promise<void>;
}

export function RegisterForm({ instance, invite, action = auth.createAccount, onDone }: RegisterFormProps) {
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [email, setEmail] = useState('');
  const [errors, setErrors] = useState<AccountErrors>({});
  const { busy, problem, onSubmit } = useSubmit(async () => {
    const wrong = accountErrors(username, password, instance.limits);
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return;
    await register({
      username: username.trim().toLowerCase(),
      password,
      ...(email.trim() ? { email: email.trim() } : {}),
      ...(invite ? { invite } : {}),
    });
    await onDone?.();
  });
  return (
    <form className={styles.form} onSubmit={onSubmit} noValidate>
      <AccountFields
        instance={instance}
        username={username}
        password={password}
        onUsername={setUsername}
        onPassword={setPassword}
        errors={errors}
        problem={problem}
      />
      <TextField
        label={auth.email}
        optional
        name="email"
        type="email"
        autoComplete="email"
        hint={auth.emailHint}
        value={email}
        onChange={(event) => setEmail(event.target.value)}
        error={fieldError(problem, 'email')}
      />
      <Trouble problem={problem} />
      <Button type="submit" variant="primary" size="l" wide busy={busy}>
        {action}
      </Button>
    </form>
  );
}

interface AccountFieldsProps {
  instance: Instance;
  username: string;
  password: string;
  onUsername: (text: string) => void;
  onPassword: (text: string) => void;
  errors: AccountErrors;
  problem: Parameters<typeof fieldError>[0];
}

export function AccountFields({ instance, username, password, onUsername, onPassword, errors, problem }: AccountFieldsProps) {
  return (
    <>
      <TextField
        label={auth.username}
        name="username"
        autoComplete="username"
        autoCapitalize="none"
        autoCorrect="off"
        spellCheck={false}
        maxLength={instance.limits.username_max}
        hint={auth.usernameHint}
        value={username}
        onChange={(event) => onUsername(event.target.value)}
        error={errors.username ?? fieldError(problem, 'username')}
      />
      <TextField
        label={auth.newPassword}
        name="password"
        type="password"
        autoComplete="new-password"
        hint={auth.passwordHint(instance.limits.password_min_bytes)}
        value={password}
        onChange={(event) => onPassword(event.target.value)}
        error={errors.password ?? fieldError(problem, 'password')}
      />
    </>
  );
}
