import { UserPlus, X } from 'lucide-react';
import { useState } from 'react';
import { addRecipient, removeRecipient } from '@/actions/channels';
import { problemOf } from '@/api/problem';
import { attempt } from '@/app/attempt';
import type { User } from '@/contracts';
import { userName } from '@/state/names';
import type { Id } from '@/state/state';
import { useApp, useAppShallow } from '@/state/store';
import { members as strings } from '@/strings/members';
import { problemText } from '@/strings/problems';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Dialog } from '@/ui/Dialog';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { isThere } from './groups';
import { MemberRow } from './MemberList';
import { ProfileCard } from './ProfileCard';
import styles from './RecipientList.module.css';

/** Who is in a group. Everybody adds, the owner removes. */
export function RecipientList({ channelId }: { channelId: Id }) {
  const channel = useApp((state) => state.channels[channelId]);
  const me = useApp((state) => state.me);
  const presences = useApp((state) => state.presences);
  const [profile, setProfile] = useState<{ userId: Id; anchor: Element } | null>(null);
  const [removing, setRemoving] = useState<User | null>(null);
  const [isAdding, setIsAdding] = useState(false);
  if (!channel || !me) return null;
  const isOwner = channel.owner_id === me.id;
  const people = [me, ...channel.recipients];
  return (
    <>
      <div className={styles.header}>
        <h2 className={styles.title}>{strings.group(strings.recipients, people.length)}</h2>
        <IconButton size="s" label={strings.addPeople} tooltipSide="bottom" onClick={() => setIsAdding(true)}>
          <UserPlus />
        </IconButton>
      </div>
      <div className={styles.list}>
        {people.map((user) => (
          <MemberRow
            key={user.id}
            userId={user.id}
            serverId={null}
            isThere={isThere(presences[user.id])}
            onOpen={(anchor) => setProfile({ userId: user.id, anchor })}
          >
            {isOwner && user.id !== me.id && (
              <IconButton size="s" label={strings.remove(userName(user))} onClick={() => setRemoving(user)}>
                <X />
              </IconButton>
            )}
          </MemberRow>
        ))}
      </div>
      {profile && <ProfileCard userId={profile.userId} serverId={null} anchor={profile.anchor} onClose={() => setProfile(null)} />}
      {isAdding && <AddDialog channelId={channelId} onClose={() => setIsAdding(false)} />}
      {removing && (
        <ConfirmDialog
          danger
          title={strings.removeTitle(userName(removing))}
          body={strings.removeBody}
          confirmLabel={strings.removeConfirm}
          onConfirm={() => removeRecipient(channelId, removing.id)}
          errorText={(reason) => problemText(problemOf(reason))}
          onClose={() => setRemoving(null)}
        />
      )}
    </>
  );
}

function AddDialog({ channelId, onClose }: { channelId: Id; onClose: () => void }) {
  const friends = useAppShallow((state) => {
    const inside = new Set(state.channels[channelId]?.recipients.map(({ id }) => id));
    return Object.entries(state.relationships).flatMap(([id, { type }]) => (type === 'friend' && !inside.has(id) ? (state.users[id] ?? []) : []));
  });
  return (
    <Dialog size="s" title={strings.addTitle} description={strings.addHint} onClose={onClose}>
      {friends.length === 0 ? (
        <EmptyState icon={<UserPlus />} level={3} title={strings.noFriends} body={strings.noFriendsBody} />
      ) : (
        <ul className={styles.friends}>
          {friends.map((user) => (
            <li key={user.id} className={styles.friend}>
              <Avatar id={user.id} name={userName(user)} url={user.avatar_url} size={32} />
              <bdi className={styles.name}>{userName(user)}</bdi>
              <Button size="s" onClick={() => void attempt(addRecipient(channelId, user.id))}>
                {strings.add}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
