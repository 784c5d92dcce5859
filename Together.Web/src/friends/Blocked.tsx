import { ShieldCheck } from 'lucide-react';
import { useMemo } from 'react';
import { endRelationship } from '@/actions/members';
import { attempt } from '@/app/attempt';
import type { User } from '@/contracts';
import { userName } from '@/state/names';
import { useApp } from '@/state/store';
import { friends as strings } from '@/strings/friends';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { toast } from '@/ui/toast';
import styles from './FriendList.module.css';
import { LongList } from './LongList';
import { PersonRow } from './PersonRow';
import { related } from './people';

export function Blocked() {
  const relationships = useApp((state) => state.relationships);
  const users = useApp((state) => state.users);
  const blocked = useMemo(() => related({ relationships, users }, 'blocked'), [relationships, users]);
  if (blocked.length === 0) return <EmptyState icon={<ShieldCheck />} title={strings.noneBlocked} body={strings.noneBlockedBody} />;
  return (
    <>
      <h2 className={styles.title}>{strings.counted(strings.listed.blocked, blocked.length)}</h2>
      <LongList
        label={strings.listed.blocked}
        className={styles.list}
        rows={blocked.map((user) => (
          <PersonRow key={user.id} user={user} hidePresence line={strings.listed.blocked}>
            <Button size="s" aria-label={strings.unblockWhom(userName(user))} onClick={() => void unblock(user)}>
              {strings.unblock}
            </Button>
          </PersonRow>
        ))}
      />
    </>
  );
}

async function unblock(user: User): Promise<void> {
  if (await attempt(endRelationship(user.id))) toast.show({ tone: 'success', title: strings.unblocked(userName(user)) });
}
