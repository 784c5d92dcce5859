import { useCallback, useEffect, useRef, useState } from 'react';
import { encode } from 'uqr';
import { inviteLink, invite as makeInvite } from '@/actions/joining';
import { closeDialog } from '@/actions/view';
import { type Problem, problemOf } from '@/api/problem';
import type { Invite } from '@/contracts';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { problemText } from '@/strings/problems';
import { servers } from '@/strings/servers';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { ErrorState } from '@/ui/EmptyState';
import { Select } from '@/ui/Select';
import { TextField } from '@/ui/TextField';
import { toast } from '@/ui/toast';
import styles from './Dialogs.module.css';

const ages = [1800, 3600, 21_600, 86_400, 604_800, 2_592_000, 0] as const;
const usesOffered = [0, 1, 5, 10, 25, 50, 100] as const;

const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);

/** A link that lets people in, good for seven days unless one chooses otherwise. */
export function InviteDialog({ serverId }: { serverId: Id }) {
  const name = useApp((state) => state.servers[serverId]?.name ?? '');
  const [age, setAge] = useState<number>(604_800);
  const [uses, setUses] = useState<number>(0);
  const [invite, setInvite] = useState<Invite | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [copied, setCopied] = useState(false);
  const asked = useRef('');
  const make = useCallback(async () => {
    setProblem(null);
    setInvite(null);
    setCopied(false);
    try {
      setInvite(await makeInvite(serverId, { max_uses: uses, max_age_seconds: age }));
    } catch (error) {
      setProblem(problemOf(error));
    }
  }, [serverId, age, uses]);
  useEffect(() => {
    // One link for one choice, however often React looks.
    const choice = `${age}/${uses}`;
    if (asked.current === choice) return;
    asked.current = choice;
    void make();
  }, [make, age, uses]);

  const link = invite ? inviteLink(invite.code) : '';
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied(true);
    } catch {
      toast.show({ title: servers.copyFailed, tone: 'error' });
    }
  };
  return (
    <Dialog title={servers.invitePeople(name)} size="m" onClose={closeDialog}>
      <div className={styles.form}>
        {problem ? (
          <ErrorState title={problemText(problem)} onRetry={make} />
        ) : (
          <div className={styles.link}>
            <TextField
              label={servers.inviteLink}
              readOnly
              value={link}
              placeholder={servers.making}
              onFocus={(event) => event.target.select()}
              hint={isLoopback ? servers.loopback : undefined}
            />
            <Button variant="primary" disabled={!invite} onClick={copy}>
              {copied ? servers.copied : servers.copy}
            </Button>
          </div>
        )}
        <div className={styles.choices}>
          <Select
            label={servers.expires}
            value={String(age)}
            onChange={(value) => setAge(Number(value))}
            options={ages.map((value) => ({ value: String(value), label: servers.ages[value] }))}
          />
          <Select
            label={servers.uses}
            value={String(uses)}
            onChange={(value) => setUses(Number(value))}
            options={usesOffered.map((value) => ({ value: String(value), label: servers.usesOf(value) }))}
          />
        </div>
        <div className={styles.qr}>{invite && <QrCode text={link} />}</div>
      </div>
    </Dialog>
  );
}

/** Dark on light in every theme: that is what cameras read. */
function QrCode({ text }: { text: string }) {
  const { data, size } = encode(text, { ecc: 'M', border: 2 });
  const path = data.flatMap((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={servers.qrLabel} shapeRendering="crispEdges" className={styles.code}>
      <path d={path} />
    </svg>
  );
}
