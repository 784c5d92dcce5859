import { useState } from 'react';
import { useLocation } from 'wouter';
import { join } from '@/actions/joining';
import { type Problem, problemOf } from '@/api/problem';
import { paths } from '@/app/paths';
import { AuthPage } from '@/auth/AuthPage';
import { InviteCard } from '@/auth/InviteCard';
import { Trouble } from '@/auth/Trouble';
import { useInvite } from '@/auth/useInvite';
import { useApp } from '@/state/store';
import { app } from '@/strings/app';
import { auth } from '@/strings/auth';
import { problemText } from '@/strings/problems';
import { Button } from '@/ui/Button';
import { ErrorState } from '@/ui/EmptyState';
import styles from './InviteView.module.css';

/** An invite that somebody opens who is logged in. */
export default function InviteView({ code }: { code: string }) {
  const { invite, problem, retry } = useInvite(code);
  const [refusal, setRefusal] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const [, navigate] = useLocation();
  const isIn = useApp((state) => (invite ? state.servers[invite.server.id] !== undefined : false));
  const home = (
    <Button variant="ghost" onClick={() => navigate(paths.home)}>
      {app.toFriends}
    </Button>
  );
  if (problem)
    return problem.status === 404 ? (
      <AuthPage title={auth.inviteGone} hint={auth.inviteGoneHint}>
        {home}
      </AuthPage>
    ) : (
      <AuthPage title={auth.invited}>
        <ErrorState title={problemText(problem)} onRetry={retry} />
      </AuthPage>
    );
  const accept = async () => {
    setBusy(true);
    setRefusal(null);
    try {
      navigate(paths.server(await join(code)), { replace: true });
    } catch (error) {
      setRefusal(problemOf(error));
      setBusy(false);
    }
  };
  return (
    <AuthPage title={auth.join} hint={isIn ? auth.alreadyIn : undefined}>
      <InviteCard invite={invite} />
      <div className={styles.actions}>
        <Trouble problem={refusal} />
        {isIn && invite ? (
          <Button variant="primary" size="l" wide onClick={() => navigate(paths.server(invite.server.id), { replace: true })}>
            {auth.openServer}
          </Button>
        ) : (
          <Button variant="primary" size="l" wide busy={busy} disabled={!invite} onClick={accept}>
            {invite ? auth.joinServer(invite.server.name) : auth.join}
          </Button>
        )}
        {home}
      </div>
    </AuthPage>
  );
}
