import { Check, Minus, Trash2, X } from 'lucide-react';
import { useId, useState } from 'react';
import { setOverwrite } from '@/actions/channels';
import { type Problem, problemOf } from '@/api/problem';
import type { Channel, Overwrite } from '@/contracts';
import { RoleDot } from '@/members/RoleDot';
import { nameOf, rolesInOrder } from '@/state/names';
import { may, Permission } from '@/state/permissions';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { channels as strings } from '@/strings/channels';
import { Button } from '@/ui/Button';
import { IconButton } from '@/ui/IconButton';
import { Select } from '@/ui/Select';
import { toast } from '@/ui/toast';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import styles from './ChannelDialogs.module.css';
import { FormProblem } from './CreateChannelDialog';
import { type ChannelPermission, type Choice, changed, channelChoices, choiceOf, withChoice } from './overwrites';

const words = strings.overwrites;

interface OverwriteEditorProps {
  channel: Channel;
  serverId: Id;
  /** Of the reader in this channel: nobody gives or takes what they do not have. */
  mask: bigint;
}

/** What the channel changes about the permissions of roles and members. */
export function OverwriteEditor({ channel, serverId, mask }: OverwriteEditorProps) {
  const before = channel.permission_overwrites;
  const [overwrites, setOverwrites] = useState<Overwrite[]>(() => withEveryone(before, serverId));
  const [chosenId, setChosenId] = useState<Id>(serverId);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const chosen = overwrites.find(({ id }) => id === chosenId) ?? overwrites[0];
  const pending = changed(before, overwrites);

  const save = async () => {
    setBusy(true);
    setProblem(null);
    try {
      for (const overwrite of pending) await setOverwrite(channel.id, overwrite);
      toast.show({ tone: 'success', title: words.saved });
    } catch (error) {
      setProblem(problemOf(error));
    } finally {
      setBusy(false);
    }
  };
  const add = (overwrite: Overwrite) => {
    setOverwrites([...overwrites, overwrite]);
    setChosenId(overwrite.id);
  };

  return (
    <div className={styles.form}>
      <div className={styles.overwrites}>
        <div className={styles.form}>
          <ul className={styles.targets} aria-label={words.whom}>
            {overwrites.map((overwrite) => (
              <li key={overwrite.id}>
                <button type="button" className={styles.target} aria-pressed={overwrite.id === chosen?.id} onClick={() => setChosenId(overwrite.id)}>
                  <TargetName overwrite={overwrite} serverId={serverId} />
                </button>
              </li>
            ))}
          </ul>
          <AddTarget serverId={serverId} taken={overwrites} onAdd={add} />
        </div>
        {chosen && (
          <div className={styles.choices}>
            {channelChoices[channel.type === 'voice' || channel.type === 'category' ? channel.type : 'text'].map((name) => (
              <ChoiceRow
                key={name}
                name={name}
                value={choiceOf(chosen, name)}
                disabled={!may(mask, Permission[name])}
                onChange={(choice) => setOverwrites(overwrites.map((one) => (one.id === chosen.id ? withChoice(one, name, choice) : one)))}
              />
            ))}
            <p className={styles.note}>{words.yours}</p>
          </div>
        )}
      </div>
      <FormProblem problem={problem} fields={[]} />
      <div className={styles.buttons}>
        {chosen && chosen.id !== serverId && (
          <IconButton
            label={words.remove}
            className={styles.delete}
            onClick={() => {
              setOverwrites(overwrites.filter(({ id }) => id !== chosen.id));
              setChosenId(serverId);
            }}
          >
            <Trash2 />
          </IconButton>
        )}
        <Button variant="primary" busy={busy} disabled={pending.length === 0} onClick={() => void save()}>
          {words.save}
        </Button>
      </div>
    </div>
  );
}

/** `@everyone` always stands there, as the first. */
function withEveryone(overwrites: readonly Overwrite[], serverId: Id): Overwrite[] {
  const everyone = overwrites.find(({ id }) => id === serverId) ?? { id: serverId, type: 'role' as const, allow: '0', deny: '0' };
  return [everyone, ...overwrites.filter(({ id }) => id !== serverId)];
}

function TargetName({ overwrite, serverId }: { overwrite: Overwrite; serverId: Id }) {
  const role = useApp((state) => state.servers[serverId]?.roles[overwrite.id]);
  const member = useApp((state) => nameOf(state, overwrite.id, serverId));
  if (overwrite.type === 'role')
    return (
      <>
        <RoleDot color={role?.color ?? 0} />
        <bdi className={styles.targetName}>{overwrite.id === serverId ? words.everyone : (role?.name ?? words.unknown)}</bdi>
      </>
    );
  return <bdi className={styles.targetName}>{member ?? words.unknown}</bdi>;
}

function AddTarget({ serverId, taken, onAdd }: { serverId: Id; taken: readonly Overwrite[]; onAdd: (overwrite: Overwrite) => void }) {
  const server = useApp((state) => state.servers[serverId]);
  const users = useApp((state) => state.users);
  if (!server) return null;
  const isFree = ({ id }: { id: Id }) => !taken.some((overwrite) => overwrite.id === id);
  const roles = rolesInOrder(server)
    .filter((role) => role.id !== serverId && isFree(role))
    .map(({ id, name }) => ({ value: id, label: `@${name}` }));
  const people = Object.values(server.members)
    .map((member) => ({ id: member.user_id, name: member.nickname ?? users[member.user_id]?.display_name ?? '' }))
    .filter(isFree)
    .sort((a, b) => a.name.localeCompare(b.name))
    .map(({ id, name }) => ({ value: id, label: name }));
  if (roles.length + people.length === 0) return null;
  return (
    <Select
      label={words.addLabel}
      hideLabel
      options={[{ value: '', label: words.choose }, ...roles, ...people]}
      value=""
      onChange={(id) => id && onAdd({ id, type: server.roles[id] ? 'role' : 'member', allow: '0', deny: '0' })}
    />
  );
}

const choices: { value: Choice; label: string; icon: React.ReactNode }[] = [
  { value: 'deny', label: words.deny, icon: <X aria-hidden="true" /> },
  { value: 'inherit', label: words.inherit, icon: <Minus aria-hidden="true" /> },
  { value: 'allow', label: words.allow, icon: <Check aria-hidden="true" /> },
];

interface ChoiceRowProps {
  name: ChannelPermission;
  value: Choice;
  disabled: boolean;
  onChange: (choice: Choice) => void;
}

function ChoiceRow({ name, value, disabled, onChange }: ChoiceRowProps) {
  const group = useId();
  return (
    <fieldset className={styles.choice} disabled={disabled}>
      <legend>{strings.permissions[name]}</legend>
      <div className={styles.switch}>
        {choices.map((choice) => (
          <label key={choice.value} className={`${styles.option} ${styles[choice.value]}`} data-tooltip={choice.label}>
            <input type="radio" name={group} className="visually-hidden" checked={value === choice.value} onChange={() => onChange(choice.value)} />
            {choice.icon}
            <VisuallyHidden>{choice.label}</VisuallyHidden>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
