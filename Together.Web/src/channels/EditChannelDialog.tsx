import { useState } from 'react';
import { changeChannel } from '@/actions/channels';
import { closeDialog, openDialog } from '@/actions/view';
import { type Problem, problemOf } from '@/api/problem';
import type { Channel } from '@/contracts';
import { channelPermissions, may, Permission } from '@/state/permissions';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { channels as strings } from '@/strings/channels';
import { fieldText } from '@/strings/problems';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { Select } from '@/ui/Select';
import { Tabs } from '@/ui/Tabs';
import { TextArea } from '@/ui/TextArea';
import { TextField } from '@/ui/TextField';
import { toast } from '@/ui/toast';
import styles from './ChannelDialogs.module.css';
import { FormProblem, useCategoryOptions } from './CreateChannelDialog';
import { OverwriteEditor } from './OverwriteEditor';

const words = strings.edit;

/** A channel's name, topic, slow mode and permissions. */
export function EditChannelDialog({ channelId }: { channelId: Id }) {
  const channel = useApp((state) => state.channels[channelId]);
  const mask = useApp((state) => channelPermissions(state, state.channels[channelId]));
  if (!channel?.server_id) return null;
  const name = channel.name ?? '';
  const overview = <Overview channel={channel} serverId={channel.server_id} />;
  return (
    <Dialog title={channel.type === 'text' ? words.title(name) : words.categoryTitle(name)} size="m" keepOnOutsidePress onClose={closeDialog}>
      {may(mask, Permission.MANAGE_ROLES) ? (
        <Tabs
          label={words.sections}
          items={[
            { value: 'overview', label: words.overview, content: overview },
            {
              value: 'permissions',
              label: words.permissions,
              content: <OverwriteEditor channel={channel} serverId={channel.server_id} mask={mask} />,
            },
          ]}
        />
      ) : (
        overview
      )}
    </Dialog>
  );
}

/** In seconds; up to the six hours that the host allows. */
const slowModes = [0, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600];

function Overview({ channel, serverId }: { channel: Channel; serverId: Id }) {
  const limits = useApp((state) => state.instance?.limits);
  const categories = useCategoryOptions(serverId);
  const [name, setName] = useState(channel.name ?? '');
  const [topic, setTopic] = useState(channel.topic ?? '');
  const [category, setCategory] = useState(channel.category_id ?? '');
  const [slow, setSlow] = useState(String(channel.slow_mode_seconds));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isCategory = channel.type === 'category';
  const seconds = slowModes.includes(channel.slow_mode_seconds) ? slowModes : [...slowModes, channel.slow_mode_seconds].sort((a, b) => a - b);

  const submit = async () => {
    setBusy(true);
    setProblem(null);
    try {
      await changeChannel(channel.id, {
        name: name.trim(),
        ...(channel.type === 'text' ? { topic: topic.trim() || null, slow_mode_seconds: Number(slow) } : {}),
        ...(isCategory ? {} : { category_id: category || null }),
      });
      toast.show({ tone: 'success', title: words.saved });
      closeDialog();
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  return (
    <form
      className={styles.form}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && name.trim()) void submit();
      }}
    >
      <TextField
        label={strings.create.name}
        value={name}
        maxLength={limits?.channel_name_max}
        autoComplete="off"
        error={fieldText(problem, 'name')}
        onChange={(event) => setName(event.target.value)}
      />
      {channel.type === 'text' && (
        <>
          <TextArea
            label={strings.create.topic}
            optional
            hint={strings.create.topicHint}
            value={topic}
            maxLength={limits?.channel_topic_max}
            error={fieldText(problem, 'topic')}
            onChange={(event) => setTopic(event.target.value)}
          />
          <Select
            label={words.slowMode}
            hint={words.slowModeHint}
            options={seconds.map((value) => ({ value: String(value), label: strings.slow(value) }))}
            value={slow}
            onChange={setSlow}
            error={fieldText(problem, 'slow_mode_seconds')}
          />
        </>
      )}
      {!isCategory && categories.length > 1 && (
        <Select
          label={strings.create.category}
          options={categories}
          value={category}
          onChange={setCategory}
          error={fieldText(problem, 'category_id')}
        />
      )}
      <FormProblem problem={problem} fields={['name', 'topic', 'slow_mode_seconds', 'category_id']} />
      <div className={styles.buttons}>
        <Button variant="danger" className={styles.delete} onClick={() => openDialog({ kind: 'delete_channel', channelId: channel.id })}>
          {isCategory ? words.deleteCategory : words.delete}
        </Button>
        <Button onClick={closeDialog}>{words.cancel}</Button>
        <Button variant="primary" type="submit" busy={busy} disabled={name.trim() === ''}>
          {words.save}
        </Button>
      </div>
    </form>
  );
}
