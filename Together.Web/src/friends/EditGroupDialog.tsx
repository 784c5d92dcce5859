import { LogOut, UserMinus, UserPlus } from 'lucide-react';
import { useState } from 'react';
import { addRecipient, changeChannel, removeRecipient } from '@/actions/channels';
import { closeDialog } from '@/actions/view';
import { problemOf } from '@/api/problem';
import { attempt } from '@/app/attempt';
import { Trouble } from '@/auth/Trouble';
import { useSubmit } from '@/auth/useSubmit';
import type { Channel, User } from '@/contracts';
import { channelName, userName } from '@/state/names';
import type { Id } from '@/state/state';
import { store, useApp } from '@/state/store';
import { friends as strings } from '@/strings/friends';
import { fieldText, problemText } from '@/strings/problems';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Dialog } from '@/ui/Dialog';
import { IconButton } from '@/ui/IconButton';
import { TextField } from '@/ui/TextField';
import styles from './EditGroupDialog.module.css';
import { LeaveGroup } from './LeaveGroup';
import { PeoplePicker } from './PeoplePicker';
import { PersonRow } from './PersonRow';
import { groupMax, type Person, peopleToTalkTo } from './people';

export function EditGroupDialog({ channelId }: { channelId: Id }) {
  const channel = useApp((state) => state.channels[channelId]);
  const [leaving, setLeaving] = useState(false);
  if (!channel) return <Dialog title={strings.group.title} description={strings.group.gone} size="s" onClose={closeDialog} />;
  return (
    <Dialog
      title={strings.group.title}
      size="s"
      onClose={closeDialog}
      footer={
        <Button variant="ghost" icon={<LogOut />} onClick={() => setLeaving(true)}>
          {strings.leave}
        </Button>
      }
    >
      <div className={styles.parts}>
        <Name channel={channel} />
        <People channel={channel} />
        <Adding channel={channel} />
      </div>
      {leaving && <LeaveGroup channelId={channelId} onClose={() => setLeaving(false)} />}
    </Dialog>
  );
}

function Name({ channel }: { channel: Channel }) {
  const max = useApp((state) => state.instance?.limits.channel_name_max);
  const [name, setName] = useState(channel.name ?? '');
  const { busy, problem, onSubmit } = useSubmit(() => changeChannel(channel.id, { name: name.trim() || null }));
  const isChanged = name.trim() !== (channel.name ?? '');
  return (
    <form className={styles.name} onSubmit={onSubmit} noValidate>
      <TextField
        label={strings.group.name}
        hint={strings.group.nameHint}
        placeholder={channelName({ ...channel, name: null }, strings.nobody)}
        maxLength={max}
        value={name}
        onChange={(event) => setName(event.target.value)}
        error={fieldText(problem, 'name')}
      />
      <Button type="submit" busy={busy} disabled={!isChanged} className={styles.save}>
        {strings.group.save}
      </Button>
      {problem && !problem.errors.name && <Trouble problem={problem} />}
    </form>
  );
}

function People({ channel }: { channel: Channel }) {
  const me = useApp((state) => state.me);
  const [removing, setRemoving] = useState<User | null>(null);
  if (!me) return null;
  const isOwner = channel.owner_id === me.id;
  const line = (id: Id) => (id === channel.owner_id ? strings.group.owner : undefined);
  return (
    <section aria-label={strings.group.people}>
      <h3 className={styles.title}>{strings.counted(strings.group.people, channel.recipients.length + 1)}</h3>
      <ul>
        <li>
          <PersonRow user={me} hidePresence line={[strings.group.you, line(me.id)].filter(Boolean).join(' · ')} />
        </li>
        {channel.recipients.map((user) => (
          <li key={user.id}>
            <PersonRow user={user} line={line(user.id)}>
              {isOwner && (
                <IconButton label={strings.group.remove(userName(user))} onClick={() => setRemoving(user)}>
                  <UserMinus />
                </IconButton>
              )}
            </PersonRow>
          </li>
        ))}
      </ul>
      {removing && (
        <ConfirmDialog
          danger
          title={strings.group.removeTitle(userName(removing))}
          body={strings.group.removeBody}
          confirmLabel={strings.group.removeConfirm}
          onConfirm={() => removeRecipient(channel.id, removing.id)}
          onClose={() => setRemoving(null)}
          errorText={(reason) => problemText(problemOf(reason))}
        />
      )}
    </section>
  );
}

function Adding({ channel }: { channel: Channel }) {
  const room = groupMax - 1 - channel.recipients.length;
  const [open, setOpen] = useState(false);
  const [people] = useState(() => peopleToTalkTo(store.getState()));
  const [chosen, setChosen] = useState<Person[]>([]);
  const [busy, setBusy] = useState(false);
  if (room <= 0) return <p className={styles.hint}>{strings.group.full(groupMax)}</p>;
  if (!open)
    return (
      <Button icon={<UserPlus />} onClick={() => setOpen(true)}>
        {strings.group.add}
      </Button>
    );
  const add = async () => {
    setBusy(true);
    for (const person of chosen) {
      if (!(await attempt(addRecipient(channel.id, person.user.id)))) break;
      setChosen((left) => left.filter(({ user }) => user.id !== person.user.id));
    }
    setBusy(false);
  };
  const others = people.filter(({ user }) => !channel.recipients.some(({ id }) => id === user.id));
  return (
    <section aria-label={strings.group.add}>
      <h3 className={styles.title}>{strings.group.add}</h3>
      <p className={styles.hint}>{strings.group.addHint}</p>
      <PeoplePicker label={strings.group.add} people={others} chosen={chosen} onChange={setChosen} max={room} />
      <Button variant="primary" wide busy={busy} disabled={chosen.length === 0} onClick={() => void add()}>
        {strings.group.addConfirm(Math.max(1, chosen.length))}
      </Button>
    </section>
  );
}
