import { Check, MailQuestion, UserPlus, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import { befriend, endRelationship } from '@/actions/members';
import { attempt } from '@/app/attempt';
import type { User } from '@/contracts';
import { userName } from '@/state/names';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { friends as strings } from '@/strings/friends';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { toast } from '@/ui/toast';
import { ago } from './activity';
import styles from './FriendList.module.css';
import { LongList } from './LongList';
import { PersonRow } from './PersonRow';
import { related } from './people';
import { useMinute } from './useMinute';

/** Who asked, and whom one asked. */
export function Requests({ onAdd }: { onAdd: () => void }) {
  const relationships = useApp((state) => state.relationships);
  const users = useApp((state) => state.users);
  const incoming = useMemo(() => related({ relationships, users }, 'incoming'), [relationships, users]);
  const outgoing = useMemo(() => related({ relationships, users }, 'outgoing'), [relationships, users]);
  const now = useMinute();
  const since = (id: Id) => ago(Date.parse(relationships[id]?.since ?? ''), now);
  if (incoming.length + outgoing.length === 0)
    return (
      <EmptyState
        icon={<MailQuestion />}
        title={strings.noRequests}
        body={strings.noRequestsBody}
        action={
          <Button icon={<UserPlus />} onClick={onAdd}>
            {strings.addFriend}
          </Button>
        }
      />
    );
  const titled = (title: string, count: number) => (
    <h2 key={title} className={styles.title}>
      {strings.counted(title, count)}
    </h2>
  );
  return (
    <LongList
      label={strings.tabs.pending}
      className={styles.list}
      rows={[
        ...(incoming.length > 0 ? [titled(strings.listed.incoming, incoming.length)] : []),
        ...incoming.map((user) => <Incoming key={user.id} user={user} since={since(user.id)} />),
        ...(outgoing.length > 0 ? [titled(strings.listed.outgoing, outgoing.length)] : []),
        ...outgoing.map((user) => <Outgoing key={user.id} user={user} since={since(user.id)} />),
      ]}
    />
  );
}

/** One press at a time. */
function useOnce() {
  const [busy, setBusy] = useState(false);
  const run = async (work: () => Promise<unknown>) => {
    setBusy(true);
    const isDone = await attempt(work());
    setBusy(false);
    return isDone;
  };
  return { busy, run };
}

function Incoming({ user, since }: { user: User; since: string }) {
  const { busy, run } = useOnce();
  const name = userName(user);
  const accept = async () => {
    if (await run(() => befriend(user.id))) toast.show({ tone: 'success', title: strings.accepted(name) });
  };
  return (
    <PersonRow user={user} hidePresence line={since}>
      <IconButton variant="primary" label={strings.accept(name)} busy={busy} onClick={() => void accept()}>
        <Check />
      </IconButton>
      <IconButton variant="secondary" label={strings.decline(name)} busy={busy} onClick={() => void run(() => endRelationship(user.id))}>
        <X />
      </IconButton>
    </PersonRow>
  );
}

function Outgoing({ user, since }: { user: User; since: string }) {
  const { busy, run } = useOnce();
  return (
    <PersonRow user={user} hidePresence line={since}>
      <IconButton variant="secondary" label={strings.takeBack(userName(user))} busy={busy} onClick={() => void run(() => endRelationship(user.id))}>
        <X />
      </IconButton>
    </PersonRow>
  );
}
