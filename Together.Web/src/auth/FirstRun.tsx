import { useState } from 'react';
import { setUpInstance } from '@/actions/joining';
import { register } from '@/actions/session';
import { openDialog } from '@/actions/view';
import { problemOf } from '@/api/problem';
import type { Instance } from '@/contracts';
import { auth } from '@/strings/auth';
import { problemText } from '@/strings/problems';
import { Button } from '@/ui/Button';
import { RadioGroup } from '@/ui/RadioGroup';
import { TextField } from '@/ui/TextField';
import { toast } from '@/ui/toast';
import { AuthPage } from './AuthPage';
import styles from './AuthPage.module.css';
import { type AccountErrors, accountErrors } from './account';
import { AccountFields } from './RegisterForm';
import { Trouble } from './Trouble';
import { useSubmit } from './useSubmit';

type Registration = Instance['registration'];

const modes: readonly Registration[] = ['invite', 'open', 'closed'];

/** From the machine itself the host asks for no setup code. */
const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);

/** A new instance: its name, and the account that runs it. */
export function FirstRun({ instance }: { instance: Instance }) {
  const [name, setName] = useState(instance.name);
  const [registration, setRegistration] = useState<Registration>(instance.registration);
  const [username, setUsername] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [errors, setErrors] = useState<AccountErrors>({});
  const { busy, problem, onSubmit } = useSubmit(async () => {
    const wrong = accountErrors(username, password, instance.limits);
    setErrors(wrong);
    if (Object.keys(wrong).length > 0) return;
    await register({ username: username.trim().toLowerCase(), password, ...(code.trim() ? { setup_code: code.trim() } : {}) });
    openDialog({ kind: 'create_server' });
    // The account is there now: what is left can be done again in the settings.
    await setUpInstance(name.trim() || auth.instanceNameDefault, registration).catch((error: unknown) =>
      toast.show({ title: problemText(problemOf(error)), tone: 'error' }),
    );
  });
  const needsCode = !isLoopback || problem?.code === 'invalid_setup_code';
  return (
    <AuthPage title={auth.setUp} hint={auth.setUpHint}>
      <form className={styles.form} onSubmit={onSubmit} noValidate>
        <TextField
          label={auth.instanceName}
          hint={auth.instanceNameHint}
          maxLength={instance.limits.instance_name_max}
          value={name}
          onChange={(event) => setName(event.target.value)}
        />
        <RadioGroup
          label={auth.whoRegisters}
          options={modes.map((value) => ({ value, ...auth.registration[value] }))}
          value={registration}
          onChange={setRegistration}
        />
        <h2 className={styles.group}>{auth.yourAccount}</h2>
        <AccountFields
          instance={instance}
          username={username}
          password={password}
          onUsername={setUsername}
          onPassword={setPassword}
          errors={errors}
          problem={problem}
        />
        {needsCode && (
          <TextField
            label={auth.setupCode}
            hint={auth.setupCodeHint}
            autoComplete="one-time-code"
            autoCapitalize="none"
            spellCheck={false}
            value={code}
            onChange={(event) => setCode(event.target.value)}
          />
        )}
        <Trouble problem={problem} />
        <Button type="submit" variant="primary" size="l" wide busy={busy}>
          {auth.begin}
        </Button>
      </form>
    </AuthPage>
  );
}
