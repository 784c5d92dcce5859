import { Ban, Check, Clock, EllipsisVertical, LogOut, MessageSquare, Pencil, Shield, UserMinus, UserPlus, UserX } from 'lucide-react';
import { type ReactNode, useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { befriend, block, endRelationship, fetchProfile, giveRole, openConversation, timeOut } from '@/actions/members';
import { openDialog } from '@/actions/view';
import { problemOf } from '@/api/problem';
import { attempt } from '@/app/attempt';
import { paths } from '@/app/paths';
import { useIsPhone } from '@/app/useMedia';
import type { Role } from '@/contracts';
import { Markdown } from '@/markdown/Markdown';
import { nameOf, rolesInOrder } from '@/state/names';
import { may, outranks, Permission, rank, serverPermissions } from '@/state/permissions';
import type { AppState, Id } from '@/state/state';
import { useApp, useAppShallow } from '@/state/store';
import { members as strings } from '@/strings/members';
import { problemText } from '@/strings/problems';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Dialog } from '@/ui/Dialog';
import { IconButton } from '@/ui/IconButton';
import { Menu, MenuCheckboxItem, MenuItem, MenuSeparator } from '@/ui/Menu';
import { Popover } from '@/ui/Popover';
import { SkeletonText } from '@/ui/Skeleton';
import { isTimedOut } from './MemberList';
import { MemberName } from './MemberName';
import styles from './ProfileCard.module.css';
import { customStatusOf, presenceOf } from './presence';
import { RoleDot } from './RoleDot';

export interface ProfileCardProps {
  userId: Id;
  /** Null outside of servers. */
  serverId: Id | null;
  anchor: Element | null;
  onClose: () => void;
}

const words = strings.profile;

/** Who somebody is, and what one can do about them. */
export function ProfileCard({ userId, serverId, anchor, onClose }: ProfileCardProps) {
  const isPhone = useIsPhone();
  const name = useApp((state) => nameOf(state, userId, serverId) ?? '');
  const [isBlocking, setIsBlocking] = useState(false);
  const content = <Profile userId={userId} serverId={serverId} onClose={onClose} onBlock={() => setIsBlocking(true)} />;
  if (isBlocking)
    return (
      <ConfirmDialog
        danger
        title={words.blockTitle(name)}
        body={words.blockBody}
        confirmLabel={words.block}
        onConfirm={() => block(userId)}
        errorText={(reason) => problemText(problemOf(reason))}
        onClose={onClose}
      />
    );
  if (isPhone)
    return (
      <Dialog title={strings.open(name)} hideTitle onClose={onClose}>
        {content}
      </Dialog>
    );
  return (
    <Popover
      open
      anchor={anchor}
      side="left"
      align="start"
      label={strings.open(name)}
      flush
      className={styles.card}
      onOpenChange={(open) => open || onClose()}
    >
      {content}
    </Popover>
  );
}

interface ProfileProps {
  userId: Id;
  serverId: Id | null;
  onClose: () => void;
  onBlock: () => void;
}

function Profile({ userId, serverId, onClose, onBlock }: ProfileProps) {
  const user = useApp((state) => state.users[userId]);
  const presence = useApp((state) => state.presences[userId]);
  const member = useApp((state) => (serverId ? state.servers[serverId]?.members[userId] : undefined));
  const isMe = useApp((state) => state.me?.id === userId);
  const about = useAbout(userId);
  if (!user) return null;
  const status = customStatusOf(presence);
  return (
    <div className={styles.profile}>
      <Avatar id={userId} name={user.display_name} url={user.avatar_url} size={72} presence={presenceOf(presence)} />
      <div>
        <h2 className={styles.name}>
          <MemberName userId={userId} serverId={serverId} />
        </h2>
        <p className={styles.username}>
          {member?.nickname && (
            <>
              <bdi>{user.display_name}</bdi> ·{' '}
            </>
          )}
          @{user.username}
        </p>
        {status && (
          <p className={styles.status} dir="auto">
            {status}
          </p>
        )}
      </div>
      <Actions userId={userId} serverId={serverId} isMe={isMe} onClose={onClose} onBlock={onBlock} />
      {isTimedOut(member) && member?.timeout_until && (
        <p className={styles.timeout}>
          <Clock aria-hidden="true" /> {words.timedOutUntil(moment(member.timeout_until))}
        </p>
      )}
      {about !== null && (
        <section>
          <h3 className={styles.label}>{words.about}</h3>
          {about === undefined ? <SkeletonText lines={2} /> : <Markdown content={about} />}
        </section>
      )}
      {serverId && member && <Roles userId={userId} serverId={serverId} />}
      <dl className={styles.dates}>
        {member && (
          <div>
            <dt className={styles.label}>{words.joined}</dt>
            <dd>{day(member.joined_at)}</dd>
          </div>
        )}
        <div>
          <dt className={styles.label}>{words.registered}</dt>
          <dd>{day(user.created_at)}</dd>
        </div>
      </dl>
    </div>
  );
}

/** What somebody says of themselves: undefined until it is known, null for nothing. */
function useAbout(userId: Id): string | null | undefined {
  const [about, setAbout] = useState<string | null>();
  useEffect(() => {
    const abort = new AbortController();
    setAbout(undefined);
    fetchProfile(userId, abort.signal).then(
      (profile) => setAbout(profile.about ?? null),
      // Without it the rest is as good.
      () => abort.signal.aborted || setAbout(null),
    );
    return () => abort.abort();
  }, [userId]);
  return about;
}

const dayFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' });
const momentFormat = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

function day(time: string): string {
  return dayFormat.format(new Date(time));
}

function moment(time: string): string {
  return momentFormat.format(new Date(time));
}

interface ActionsProps extends ProfileProps {
  isMe: boolean;
}

function Actions({ userId, serverId, isMe, onClose, onBlock }: ActionsProps) {
  const [, navigate] = useLocation();
  const [busy, setBusy] = useState(false);
  const relationship = useApp((state) => state.relationships[userId]?.type);
  if (isMe)
    return (
      <Button wide icon={<Pencil />} onClick={() => closeAnd(onClose, () => openDialog({ kind: 'user_settings', section: 'profile' }))}>
        {words.edit}
      </Button>
    );
  const message = async () => {
    setBusy(true);
    try {
      const channel = await openConversation(userId);
      onClose();
      navigate(paths.channel(channel));
    } catch (error) {
      await attempt(Promise.reject(error));
      setBusy(false);
    }
  };
  const isBlocked = relationship === 'blocked';
  return (
    <div className={styles.actions}>
      {isBlocked ? (
        <Button className={styles.main} icon={<Check />} onClick={() => void attempt(endRelationship(userId))}>
          {words.unblock}
        </Button>
      ) : (
        <Button variant="primary" className={styles.main} busy={busy} icon={<MessageSquare />} onClick={() => void message()}>
          {words.message}
        </Button>
      )}
      <Menu
        align="end"
        trigger={
          <IconButton label={words.more} variant="secondary">
            <EllipsisVertical />
          </IconButton>
        }
      >
        {!isBlocked && <FriendItem userId={userId} type={relationship} />}
        {isBlocked ? (
          <MenuItem icon={<Check />} onSelect={() => void attempt(endRelationship(userId))}>
            {words.unblock}
          </MenuItem>
        ) : (
          <MenuItem danger icon={<Ban />} onSelect={onBlock}>
            {words.block}
          </MenuItem>
        )}
        {serverId && <ModerationItems userId={userId} serverId={serverId} onClose={onClose} />}
      </Menu>
    </div>
  );
}

function closeAnd(close: () => void, then: () => void): void {
  close();
  then();
}

function FriendItem({ userId, type }: { userId: Id; type: string | undefined }) {
  switch (type) {
    case 'friend':
      return (
        <MenuItem icon={<UserMinus />} onSelect={() => void attempt(endRelationship(userId))}>
          {words.unfriend}
        </MenuItem>
      );
    case 'incoming':
      return (
        <MenuItem icon={<UserPlus />} onSelect={() => void attempt(befriend(userId))}>
          {words.accept}
        </MenuItem>
      );
    case 'outgoing':
      return (
        <MenuItem icon={<UserMinus />} onSelect={() => void attempt(endRelationship(userId))}>
          {words.cancelRequest}
        </MenuItem>
      );
    default:
      return (
        <MenuItem icon={<UserPlus />} onSelect={() => void attempt(befriend(userId))}>
          {words.addFriend}
        </MenuItem>
      );
  }
}

/** What one may do to a member: by permission, and only to somebody of a lower rank. */
function moderation(state: AppState, serverId: Id, userId: Id): bigint {
  const server = state.servers[serverId];
  if (!server?.members[userId] || !state.me || !outranks(server, state.me.id, userId)) return 0n;
  return serverPermissions(server, state.me.id, Date.now());
}

function ModerationItems({ userId, serverId, onClose }: { userId: Id; serverId: Id; onClose: () => void }) {
  const mask = useApp((state) => moderation(state, serverId, userId));
  const member = useApp((state) => state.servers[serverId]?.members[userId]);
  const isAdmin = useApp((state) => {
    const server = state.servers[serverId];
    return server !== undefined && may(serverPermissions(server, userId, Date.now()), Permission.ADMINISTRATOR);
  });
  const ask = (action: 'nickname' | 'timeout' | 'kick' | 'ban') =>
    closeAnd(onClose, () => openDialog({ kind: 'moderate', action, serverId, userId }));
  if ((mask & (Permission.MANAGE_NICKNAMES | Permission.TIMEOUT_MEMBERS | Permission.KICK_MEMBERS | Permission.BAN_MEMBERS)) === 0n) return null;
  return (
    <>
      <MenuSeparator />
      {may(mask, Permission.MANAGE_NICKNAMES) && (
        <MenuItem icon={<Pencil />} onSelect={() => ask('nickname')}>
          {words.nickname}
        </MenuItem>
      )}
      {may(mask, Permission.TIMEOUT_MEMBERS) &&
        !isAdmin &&
        (isTimedOut(member) ? (
          <MenuItem icon={<Clock />} onSelect={() => void attempt(timeOut(serverId, userId, null, ''))}>
            {words.endTimeout}
          </MenuItem>
        ) : (
          <MenuItem icon={<Clock />} onSelect={() => ask('timeout')}>
            {words.timeout}
          </MenuItem>
        ))}
      {may(mask, Permission.KICK_MEMBERS) && (
        <MenuItem danger icon={<LogOut />} onSelect={() => ask('kick')}>
          {words.kick}
        </MenuItem>
      )}
      {may(mask, Permission.BAN_MEMBERS) && (
        <MenuItem danger icon={<UserX />} onSelect={() => ask('ban')}>
          {words.ban}
        </MenuItem>
      )}
    </>
  );
}

/** The roles of a server that one may give and take: those below one's own highest. */
export function grantableRoles(state: AppState, serverId: Id): Role[] {
  const server = state.servers[serverId];
  const me = state.me;
  if (!server || !me || !may(serverPermissions(server, me.id, Date.now()), Permission.MANAGE_ROLES)) return [];
  const mine = rank(server, me.id);
  return rolesInOrder(server).filter(
    (role) => role.id !== server.id && (role.position < mine.position || (role.position === mine.position && role.id > mine.id)),
  );
}

function Roles({ userId, serverId }: { userId: Id; serverId: Id }) {
  const roles = useAppShallow((state) => {
    const server = state.servers[serverId];
    const ids = server?.members[userId]?.role_ids ?? [];
    return server ? rolesInOrder(server).filter(({ id }) => ids.includes(id)) : [];
  });
  const grantable = useAppShallow((state) => grantableRoles(state, serverId));
  // Somebody of a higher rank keeps their roles; one's own may be changed.
  const mayGrant = useApp((state) => {
    const server = state.servers[serverId];
    return server !== undefined && state.me !== null && (state.me.id === userId || outranks(server, state.me.id, userId));
  });
  if (roles.length === 0 && (grantable.length === 0 || !mayGrant)) return null;
  return (
    <section>
      <h3 className={styles.label}>{words.roles}</h3>
      <ul className={styles.roles}>
        {roles.map((role) => (
          <li key={role.id} className={styles.role}>
            <RoleDot color={role.color} />
            <bdi>{role.name}</bdi>
          </li>
        ))}
        {mayGrant && grantable.length > 0 && (
          <li>
            <GrantMenu userId={userId} serverId={serverId} grantable={grantable} held={roles} />
          </li>
        )}
      </ul>
    </section>
  );
}

function GrantMenu({ userId, serverId, grantable, held }: { userId: Id; serverId: Id; grantable: Role[]; held: Role[] }): ReactNode {
  return (
    <Menu
      trigger={
        <IconButton size="s" label={words.giveRole}>
          <Shield />
        </IconButton>
      }
    >
      {grantable.map((role) => (
        <MenuCheckboxItem
          key={role.id}
          checked={held.some(({ id }) => id === role.id)}
          icon={<RoleDot color={role.color} />}
          onChange={(isGiven) => void attempt(giveRole(serverId, userId, role.id, isGiven))}
        >
          <bdi>{role.name}</bdi>
        </MenuCheckboxItem>
      ))}
    </Menu>
  );
}
