import { EllipsisVertical, MessageCircle, Search, UserPlus, Users, X } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { User } from '@/contracts';
import { isThere } from '@/members/groups';
import { userName } from '@/state/names';
import { useApp } from '@/state/store';
import { friends as strings } from '@/strings/friends';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { Menu, MenuItem, MenuSeparator } from '@/ui/Menu';
import { TextField } from '@/ui/TextField';
import { EndOrBlock, type EndOrBlockAsked } from './EndOrBlock';
import styles from './FriendList.module.css';
import { LongList } from './LongList';
import { PersonRow } from './PersonRow';
import { findPeople, related } from './people';
import { useMessage } from './useMessage';

interface FriendListProps {
  onlyOnline?: boolean;
  onAdd: () => void;
  onAll?: () => void;
}

/** Friends by name, those who are there or all. */
export function FriendList({ onlyOnline = false, onAdd, onAll }: FriendListProps) {
  const relationships = useApp((state) => state.relationships);
  const users = useApp((state) => state.users);
  const presences = useApp((state) => state.presences);
  const [text, setText] = useState('');
  const [asked, setAsked] = useState<EndOrBlockAsked | null>(null);
  const all = useMemo(() => related({ relationships, users }, 'friend'), [relationships, users]);
  const listed = onlyOnline ? all.filter(({ id }) => isThere(presences[id])) : all;
  const found = useMemo(() => matching(listed, text), [listed, text]);

  if (all.length === 0)
    return (
      <EmptyState
        icon={<Users />}
        title={strings.noFriends}
        body={strings.noFriendsBody}
        action={
          <Button variant="primary" icon={<UserPlus />} onClick={onAdd}>
            {strings.addFriend}
          </Button>
        }
      />
    );
  const title = onlyOnline ? strings.listed.online : strings.listed.all;
  return (
    <>
      <div className={styles.search}>
        <TextField
          type="search"
          label={strings.find}
          hideLabel
          placeholder={strings.find}
          leading={<Search />}
          value={text}
          onChange={(event) => setText(event.target.value)}
          trailing={
            text && (
              <IconButton size="s" label={strings.clear} tooltipSide={null} onClick={() => setText('')}>
                <X />
              </IconButton>
            )
          }
        />
      </div>
      {found.length > 0 ? (
        <>
          <h2 className={styles.title}>{strings.counted(title, found.length)}</h2>
          <LongList label={title} className={styles.list} rows={found.map((user) => <FriendRow key={user.id} user={user} onAsk={setAsked} />)} />
        </>
      ) : text.trim() ? (
        <EmptyState icon={<Search />} title={strings.noneFound(text.trim())} body={strings.noneFoundBody} />
      ) : (
        <EmptyState
          icon={<Users />}
          title={strings.noneOnline}
          body={strings.noneOnlineBody}
          action={onAll && <Button onClick={onAll}>{strings.showAll}</Button>}
        />
      )}
      {asked && <EndOrBlock {...asked} onClose={() => setAsked(null)} />}
    </>
  );
}

function matching(users: readonly User[], text: string): User[] {
  if (!text.trim()) return [...users];
  const people = users.map((user) => ({ user, name: userName(user), username: user.username, isFriend: true }));
  return findPeople(people, text, people.length).map(({ user }) => user);
}

function FriendRow({ user, onAsk }: { user: User; onAsk: (asked: EndOrBlockAsked) => void }) {
  const message = useMessage();
  const name = userName(user);
  return (
    <PersonRow user={user} onPress={() => message(user.id)}>
      <IconButton label={strings.message(name)} onClick={() => message(user.id)} className={styles.message}>
        <MessageCircle />
      </IconButton>
      <Menu
        align="end"
        trigger={
          <IconButton label={strings.more(name)}>
            <EllipsisVertical />
          </IconButton>
        }
      >
        <MenuItem onSelect={() => message(user.id)}>{strings.menu.message}</MenuItem>
        <MenuSeparator />
        <MenuItem danger onSelect={() => onAsk({ what: 'end', user })}>
          {strings.menu.remove}
        </MenuItem>
        <MenuItem danger onSelect={() => onAsk({ what: 'block', user })}>
          {strings.menu.block}
        </MenuItem>
      </Menu>
    </PersonRow>
  );
}
