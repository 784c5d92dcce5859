import { Ban, Clock, Crown } from 'lucide-react';
import { memo, useEffect, useMemo, useState } from 'react';
import { VList } from 'virtua';
import { fetchMembers } from '@/actions/members';
import { problemOf } from '@/api/problem';
import type { Id, Membership } from '@/state/state';
import { useApp } from '@/state/store';
import { members as strings } from '@/strings/members';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { Loading, Skeleton } from '@/ui/Skeleton';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import { byName, type MemberGroup, memberGroups, memberRows } from './groups';
import styles from './MemberList.module.css';
import { MemberName } from './MemberName';
import { ProfileCard } from './ProfileCard';
import { customStatusOf, presenceOf } from './presence';

interface OpenProfile {
  userId: Id;
  anchor: Element;
}

/** The members of a server by role, and whether they are there. */
export function MemberList({ serverId }: { serverId: Id }) {
  const server = useApp((state) => state.servers[serverId]);
  const users = useApp((state) => state.users);
  const presences = useApp((state) => state.presences);
  const { isFetching, failed, retry } = useMissingMembers(serverId);
  const [profile, setProfile] = useState<OpenProfile | null>(null);
  const names = useMemo(() => (server ? byName(server, users) : []), [server, users]);
  const rows = useMemo(() => (server ? memberRows(memberGroups(server, names, presences)) : []), [server, names, presences]);
  if (!server) return null;
  return (
    <>
      <h2 className="visually-hidden">{strings.title}</h2>
      <VList className={styles.list}>
        {rows.map((row) =>
          row.kind === 'group' ? (
            <GroupHead key={row.group.id} group={row.group} />
          ) : (
            <MemberRow
              key={row.userId}
              userId={row.userId}
              serverId={serverId}
              isThere={row.isThere}
              onOpen={(anchor) => setProfile({ userId: row.userId, anchor })}
            />
          ),
        )}
        {isFetching && (
          <Loading key="loading" className={styles.loading}>
            {[0, 1, 2].map((row) => (
              <div key={row} className={styles.waiting}>
                <Skeleton round width={32} height={32} />
                <Skeleton width="55%" />
              </div>
            ))}
          </Loading>
        )}
        {failed && (
          <div key="failed" className={styles.failed}>
            <p>{strings.loadFailed}</p>
            <Button size="s" onClick={retry}>
              {strings.retry}
            </Button>
          </div>
        )}
      </VList>
      {profile && <ProfileCard userId={profile.userId} serverId={serverId} anchor={profile.anchor} onClose={() => setProfile(null)} />}
    </>
  );
}

/** READY brings the first thousand; the others come page by page while the list is open. */
function useMissingMembers(serverId: Id) {
  const lacks = useApp((state) => {
    const server = state.servers[serverId];
    return server !== undefined && Object.keys(server.members).length < server.member_count;
  });
  const isReady = useApp((state) => state.connection.phase === 'ready');
  const [isFetching, setIsFetching] = useState(false);
  const [failed, setFailed] = useState(false);
  const [attempt, setAttempt] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is another run
  useEffect(() => {
    if (!lacks || !isReady) return;
    const abort = new AbortController();
    setIsFetching(true);
    setFailed(false);
    void (async () => {
      try {
        while (await fetchMembers(serverId, abort.signal));
      } catch (error) {
        if (problemOf(error).code !== 'aborted') setFailed(true);
      } finally {
        setIsFetching(false);
      }
    })();
    return () => abort.abort();
  }, [serverId, lacks, isReady, attempt]);
  return { isFetching: isFetching && lacks, failed, retry: () => setAttempt((count) => count + 1) };
}

function GroupHead({ group }: { group: MemberGroup }) {
  const name = group.role?.name ?? (group.id === 'offline' ? strings.offline : strings.online);
  return (
    <h3 className={styles.group}>
      <bdi>{strings.group(name, group.userIds.length)}</bdi>
    </h3>
  );
}

interface MemberRowProps {
  userId: Id;
  serverId: Id | null;
  isThere: boolean;
  onOpen: (anchor: Element) => void;
  children?: React.ReactNode;
}

export const MemberRow = memo(
  function MemberRow({ userId, serverId, isThere, onOpen, children }: MemberRowProps) {
    const user = useApp((state) => state.users[userId]);
    const presence = useApp((state) => state.presences[userId]);
    const member = useApp((state) => (serverId ? state.servers[serverId]?.members[userId] : undefined));
    const isOwner = useApp((state) => serverId !== null && state.servers[serverId]?.owner_id === userId);
    const isBlocked = useApp((state) => state.relationships[userId]?.type === 'blocked');
    if (!user) return null;
    const status = customStatusOf(presence);
    return (
      <div className={cx(styles.row, !isThere && styles.away)}>
        <button type="button" className={styles.member} onClick={(event) => onOpen(event.currentTarget)}>
          <Avatar id={userId} name={user.display_name} url={user.avatar_url} size={32} presence={presenceOf(presence)} />
          <span className={styles.text}>
            <span className={styles.line}>
              <MemberName userId={userId} serverId={serverId} className={styles.name} />
              {isOwner && <Mark icon={<Crown className={styles.crown} />} text={strings.owner} />}
              {isTimedOut(member) && <Mark icon={<Clock className={styles.warning} />} text={strings.timedOut} />}
              {isBlocked && <Mark icon={<Ban className={styles.warning} />} text={strings.blocked} />}
            </span>
            {status && (
              <span className={styles.status} dir="auto">
                {status}
              </span>
            )}
          </span>
        </button>
        {children}
      </div>
    );
  },
  (before, after) =>
    before.userId === after.userId && before.serverId === after.serverId && before.isThere === after.isThere && before.children === after.children,
);

function Mark({ icon, text }: { icon: React.ReactNode; text: string }) {
  return (
    <span className={styles.mark} data-tooltip={text}>
      {icon}
      <VisuallyHidden>{text}</VisuallyHidden>
    </span>
  );
}

export function isTimedOut(member: Pick<Membership, 'timeout_until'> | undefined): boolean {
  return member?.timeout_until != null && Date.parse(member.timeout_until) > Date.now();
}
