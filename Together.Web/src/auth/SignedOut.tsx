import { useState } from 'react';
import { Link, Redirect, Route, Switch, useLocation } from 'wouter';
import { join } from '@/actions/joining';
import { paths } from '@/app/paths';
import type { Instance } from '@/contracts';
import { useApp } from '@/state/store';
import { auth } from '@/strings/auth';
import { problemText } from '@/strings/problems';
import { ErrorState } from '@/ui/EmptyState';
import { AuthPage } from './AuthPage';
import styles from './AuthPage.module.css';
import { FirstRun } from './FirstRun';
import { InviteCard } from './InviteCard';
import { LoginForm } from './LoginForm';
import { RegisterForm } from './RegisterForm';
import { useInvite } from './useInvite';

/** Everything that is there before somebody is logged in. The address stays, so that login leads where one was going. */
export default function SignedOut() {
  const instance = useApp((state) => state.instance);
  if (!instance) return null;
  if (instance.needs_setup) return <FirstRun instance={instance} />;
  return (
    <Switch>
      <Route path="/invite/:code">{({ code }) => <Invited instance={instance} code={code} />}</Route>
      <Route path={paths.register}>
        {instance.registration === 'open' ? <Register instance={instance} /> : <Redirect to={paths.login} replace />}
      </Route>
      <Route>
        <Login instance={instance} />
      </Route>
    </Switch>
  );
}

function Login({ instance }: { instance: Instance }) {
  const because = useApp((state) => state.signedOutBecause);
  const [location] = useLocation();
  return (
    <AuthPage title={location === paths.home || location === paths.login ? auth.logInTo(instance.name) : auth.welcomeBack}>
      {because && (
        <p className={styles.notice} role="status">
          {because === 'revoked' ? auth.revoked : auth.expired}
        </p>
      )}
      <LoginForm />
      {instance.registration === 'open' ? (
        <p className={styles.other}>
          {auth.noAccount} <Link href={paths.register}>{auth.createAccount}</Link>
        </p>
      ) : (
        <p className={styles.other}>{instance.registration === 'invite' ? auth.needInvite : auth.registrationClosed}</p>
      )}
    </AuthPage>
  );
}

function Register({ instance }: { instance: Instance }) {
  return (
    <AuthPage title={auth.createAccount}>
      <RegisterForm instance={instance} />
      <p className={styles.other}>
        {auth.haveAccount} <Link href={paths.login}>{auth.logIn}</Link>
      </p>
    </AuthPage>
  );
}

function Invited({ instance, code }: { instance: Instance; code: string }) {
  const { invite, problem, retry } = useInvite(code);
  const mayRegister = instance.registration !== 'closed';
  const [isLogin, setLogin] = useState(!mayRegister);
  const [, navigate] = useLocation();
  /** A refusal is said by the page of the invite, which is there for whoever is logged in. */
  const enter = async () => navigate(paths.server(await join(code)), { replace: true });
  if (problem?.status === 404)
    return (
      <AuthPage title={auth.inviteGone} hint={auth.inviteGoneHint}>
        <Link href={paths.login} className={styles.link}>
          {auth.toLogin}
        </Link>
      </AuthPage>
    );
  return (
    <AuthPage title={isLogin ? auth.logIn : auth.createAccount}>
      {problem ? <ErrorState title={problemText(problem)} onRetry={retry} /> : <InviteCard invite={invite} />}
      {isLogin ? (
        <LoginForm action={auth.logInAndJoin} onDone={enter} />
      ) : (
        <RegisterForm instance={instance} invite={code} action={auth.registerAndJoin} onDone={enter} />
      )}
      {mayRegister && (
        <p className={styles.other}>
          {isLogin ? auth.noAccount : auth.haveAccount}{' '}
          <button type="button" className={styles.link} onClick={() => setLogin(!isLogin)}>
            {isLogin ? auth.createAccount : auth.logIn}
          </button>
        </p>
      )}
    </AuthPage>
  );
}
