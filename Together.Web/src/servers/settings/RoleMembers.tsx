import { Search, UserMinus, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { giveRole } from '@/actions/members';
import { attempt } from '@/app/attempt';
import type { Role, User } from '@/contracts';
import { MoreButton } from '@/settings/MoreButton';
import { LoadFailed, LoadingRows, Row } from '@/settings/parts';
import parts from '@/settings/parts.module.css';
import { userName } from '@/state/names';
import { outranks } from '@/state/permissions';
import type { Community } from '@/state/state';
import { useApp } from '@/state/store';
import { serverSettings } from '@/strings/serverSettings';
import { Avatar } from '@/ui/Avatar';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { TextField } from '@/ui/TextField';
import styles from './RoleMembers.module.css';
import { useMemberSearch } from './useMemberSearch';

const words = serverSettings.roles;

/** Who has a role: those who are known here, or whom a search finds. */
export function RoleMembers({ server, role, isLocked }: { server: Community; role: Role; isLocked: boolean }) {
  const users = useApp((state) => state.users);
  const { text, setText, paged } = useMemberSearch(server.id);
  const isSearching = text.trim() !== '';
  const members = Object.values(server.members)
    .filter(({ role_ids }) => role_ids.includes(role.id))
    .flatMap(({ user_id }) => users[user_id] ?? []);
  const isPartial = Object.keys(server.members).length < server.member_count;
  const found = paged.data?.items ?? [];
  return (
    <div className={styles.members}>
      <TextField
        label={words.add}
        type="search"
        placeholder={words.addSearch}
        leading={<Search aria-hidden="true" />}
        hint={isPartial ? words.partial : undefined}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && event.preventDefault()}
      />
      {isSearching ? (
        <>
          {!paged.data &&
            (paged.problem && !paged.busy ? (
              <LoadFailed problem={paged.problem} busy={paged.busy} onRetry={paged.again} />
            ) : (
              <LoadingRows rows={3} />
            ))}
          {paged.data && found.length === 0 && <EmptyState level={3} title={serverSettings.members.none} body={serverSettings.members.noneHint} />}
          {found.length > 0 && (
            <ul className={parts.list}>
              {found.map(({ user, role_ids }) => (
                <li key={user.id}>
                  <Holder
                    server={server}
                    role={role}
                    user={user}
                    hasRole={(server.members[user.id]?.role_ids ?? role_ids).includes(role.id)}
                    isLocked={isLocked}
                    onChanged={(isGiven) =>
                      paged.change((items) =>
                        items.map((member) =>
                          member.user.id === user.id
                            ? { ...member, role_ids: isGiven ? [...member.role_ids, role.id] : member.role_ids.filter((id) => id !== role.id) }
                            : member,
                        ),
                      )
                    }
                  />
                </li>
              ))}
            </ul>
          )}
          <MoreButton paged={paged} />
        </>
      ) : members.length === 0 ? (
        <EmptyState level={3} title={words.noMembers} />
      ) : (
        <ul className={parts.list}>
          {members.map((user) => (
            <li key={user.id}>
              <Holder server={server} role={role} user={user} hasRole isLocked={isLocked} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

interface HolderProps {
  server: Community;
  role: Role;
  user: User;
  hasRole: boolean;
  isLocked: boolean;
  onChanged?: (isGiven: boolean) => void;
}

function Holder({ server, role, user, hasRole, isLocked, onChanged }: HolderProps) {
  const myId = useApp((state) => state.me?.id ?? '');
  const [busy, setBusy] = useState(false);
  const name = server.members[user.id]?.nickname ?? userName(user);
  const mayChange = !isLocked && (user.id === myId || outranks(server, myId, user.id));
  const change = async () => {
    setBusy(true);
    if (await attempt(giveRole(server.id, user.id, role.id, !hasRole))) onChanged?.(!hasRole);
    setBusy(false);
  };
  return (
    <Row icon={<Avatar id={user.id} name={name} url={user.avatar_url} size={32} />} title={<bdi>{name}</bdi>} hint={user.username}>
      {mayChange && (
        <IconButton label={hasRole ? words.removeMember(name) : words.addMember(name)} busy={busy} onClick={change}>
          {hasRole ? <UserMinus /> : <UserPlus />}
        </IconButton>
      )}
    </Row>
  );
}
