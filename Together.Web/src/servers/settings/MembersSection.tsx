import { Ban, Crown, DoorOpen, EllipsisVertical, Pencil, Search, Shield, Timer, TimerOff } from 'lucide-react';
import { useState } from 'react';
import { giveRole, timeOut } from '@/actions/members';
import { attempt } from '@/app/attempt';
import type { Member } from '@/contracts';
import { ModerateDialog } from '@/members/ModerateDialog';
import { RoleDot } from '@/members/RoleDot';
import { MoreButton } from '@/settings/MoreButton';
import { mutedTo } from '@/settings/muteUntil';
import { Block, Blocks, LoadFailed, LoadingRows, Row } from '@/settings/parts';
import parts from '@/settings/parts.module.css';
import { day, dayAndTime } from '@/settings/times';
import { rolesInOrder, userName } from '@/state/names';
import { may, outranks, Permission } from '@/state/permissions';
import type { Community, Id, OpenDialog } from '@/state/state';
import { useApp } from '@/state/store';
import { serverSettings } from '@/strings/serverSettings';
import { Avatar } from '@/ui/Avatar';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { Menu, MenuCheckboxItem, MenuItem, MenuSeparator, SubMenu } from '@/ui/Menu';
import { TextField } from '@/ui/TextField';
import styles from './MembersSection.module.css';
import { standsAbove } from './roleOrder';
import { useMemberSearch } from './useMemberSearch';
import { usePermissions } from './usePermissions';

const words = serverSettings.members;

type Moderation = Pick<Extract<OpenDialog, { kind: 'moderate' }>, 'action' | 'userId'>;

export function MembersSection({ serverId }: { serverId: Id }) {
  const server = useApp((state) => state.servers[serverId]);
  const { text, setText, paged } = useMemberSearch(serverId);
  const [moderating, setModerating] = useState<Moderation | null>(null);
  const { data, problem, busy, again } = paged;
  if (!server) return null;
  return (
    <Blocks>
      <Block>
        <TextField
          label={words.search}
          hideLabel
          type="search"
          placeholder={words.search}
          leading={<Search aria-hidden="true" />}
          value={text}
          onChange={(event) => setText(event.target.value)}
          hint={text.trim() ? undefined : words.found(server.member_count)}
        />
        <div className={styles.found} aria-busy={busy}>
          {!data && (problem && !busy ? <LoadFailed problem={problem} busy={busy} onRetry={again} /> : <LoadingRows rows={6} />)}
          {data?.items.length === 0 && <EmptyState level={3} title={words.none} body={words.noneHint} />}
          {data && data.items.length > 0 && (
            <ul className={parts.list}>
              {data.items.map((member) => (
                <li key={member.user.id}>
                  <MemberRow server={server} fetched={member} onModerate={(action) => setModerating({ action, userId: member.user.id })} />
                </li>
              ))}
            </ul>
          )}
          <MoreButton paged={paged} />
        </div>
      </Block>
      {moderating && (
        <ModerateDialog
          {...moderating}
          serverId={serverId}
          onClose={() => {
            setModerating(null);
            again();
          }}
        />
      )}
    </Blocks>
  );
}

interface MemberRowProps {
  server: Community;
  fetched: Member;
  onModerate: (action: Moderation['action']) => void;
}

function MemberRow({ server, fetched, onModerate }: MemberRowProps) {
  const { user } = fetched;
  const known = server.members[user.id] ?? fetched;
  const name = known.nickname ?? userName(user);
  const roles = rolesInOrder(server).filter(({ id }) => known.role_ids.includes(id));
  const end = mutedTo(known.timeout_until, Date.now());
  return (
    <Row
      icon={<Avatar id={user.id} name={name} url={user.avatar_url} size={36} />}
      title={
        <>
          <bdi>{name}</bdi>
          <span className={parts.rowHint}>{user.username}</span>
          {server.owner_id === user.id && <Crown size={16} role="img" aria-label={words.owner} className={styles.owner} />}
          {end !== null && known.timeout_until && <span className={parts.tag}>{words.timedOut(dayAndTime(known.timeout_until))}</span>}
        </>
      }
      hint={
        <>
          {words.joined(day(known.joined_at))}
          {roles.length > 0 && (
            <span className={styles.roles}>
              {roles.map((role) => (
                <span key={role.id} className={styles.role}>
                  <RoleDot color={role.color} />
                  <bdi>{role.name}</bdi>
                </span>
              ))}
            </span>
          )}
        </>
      }
    >
      <MemberMenu server={server} userId={user.id} name={name} roleIds={known.role_ids} isTimedOut={end !== null} onModerate={onModerate} />
    </Row>
  );
}

interface MemberMenuProps {
  server: Community;
  userId: Id;
  name: string;
  roleIds: readonly Id[];
  isTimedOut: boolean;
  onModerate: (action: Moderation['action']) => void;
}

function MemberMenu({ server, userId, name, roleIds, isTimedOut, onModerate }: MemberMenuProps) {
  const myId = useApp((state) => state.me?.id ?? '');
  const mask = usePermissions(server.id);
  const isMe = userId === myId;
  const isBelow = outranks(server, myId, userId);
  const roles = may(mask, Permission.MANAGE_ROLES) && (isBelow || isMe) ? rolesInOrder(server).filter(({ id }) => id !== server.id) : [];
  const mayAct = (permission: bigint) => isBelow && !isMe && may(mask, permission);
  const mayName = isMe ? (mask & (Permission.CHANGE_NICKNAME | Permission.MANAGE_NICKNAMES)) !== 0n : mayAct(Permission.MANAGE_NICKNAMES);
  const mayTimeOut = mayAct(Permission.TIMEOUT_MEMBERS);
  const mayKick = mayAct(Permission.KICK_MEMBERS);
  const mayBan = mayAct(Permission.BAN_MEMBERS);
  if (roles.length === 0 && !mayName && !mayTimeOut && !mayKick && !mayBan) return null;
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={words.more(name)}>
          <EllipsisVertical />
        </IconButton>
      }
    >
      {roles.length > 0 && (
        <SubMenu icon={<Shield />} label={words.roles}>
          {roles.map((role) => (
            <MenuCheckboxItem
              key={role.id}
              icon={<RoleDot color={role.color} />}
              checked={roleIds.includes(role.id)}
              disabled={!standsAbove(server, myId, role)}
              onChange={(isGiven) => void attempt(giveRole(server.id, userId, role.id, isGiven))}
            >
              <bdi>{role.name}</bdi>
            </MenuCheckboxItem>
          ))}
        </SubMenu>
      )}
      {mayName && (
        <MenuItem icon={<Pencil />} onSelect={() => onModerate('nickname')}>
          {words.nickname}
        </MenuItem>
      )}
      {(mayTimeOut || mayKick || mayBan) && <MenuSeparator />}
      {mayTimeOut &&
        (isTimedOut ? (
          <MenuItem icon={<TimerOff />} onSelect={() => void attempt(timeOut(server.id, userId, null, ''))}>
            {words.endTimeout}
          </MenuItem>
        ) : (
          <MenuItem icon={<Timer />} onSelect={() => onModerate('timeout')}>
            {words.timeout}
          </MenuItem>
        ))}
      {mayKick && (
        <MenuItem danger icon={<DoorOpen />} onSelect={() => onModerate('kick')}>
          {words.kick}
        </MenuItem>
      )}
      {mayBan && (
        <MenuItem danger icon={<Ban />} onSelect={() => onModerate('ban')}>
          {words.ban}
        </MenuItem>
      )}
    </Menu>
  );
}
