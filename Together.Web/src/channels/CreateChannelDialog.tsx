import { useState } from 'react';
import { useLocation } from 'wouter';
import { createChannel } from '@/actions/channels';
import { closeDialog } from '@/actions/view';
import { type Problem, problemOf } from '@/api/problem';
import { paths } from '@/app/paths';
import { useServerPermissions } from '@/servers/ServerMenuItems';
import { channelGroups } from '@/state/channels';
import { may, Permission } from '@/state/permissions';
import type { Id } from '@/state/state';
import { useApp, useAppShallow } from '@/state/store';
import { channels as strings } from '@/strings/channels';
import { fieldText, problemText } from '@/strings/problems';
import { ui } from '@/strings/ui';
import { Button } from '@/ui/Button';
import { Dialog } from '@/ui/Dialog';
import { RadioGroup } from '@/ui/RadioGroup';
import { Select } from '@/ui/Select';
import { Switch } from '@/ui/Switch';
import { TextArea } from '@/ui/TextArea';
import { TextField } from '@/ui/TextField';
import styles from './ChannelDialogs.module.css';
import { privateTo } from './overwrites';

const words = strings.create;

interface CreateChannelProps {
  serverId: Id;
  categoryId: Id | null;
  type: 'text' | 'voice' | 'category';
}

const kinds = [
  { value: 'text', label: strings.text, hint: words.textHint },
  { value: 'voice', label: strings.voice, hint: words.voiceHint },
] as const;

/** Asks for a new channel or category. */
export function CreateChannelDialog({ serverId, categoryId, type: first }: CreateChannelProps) {
  const [, navigate] = useLocation();
  const limits = useApp((state) => state.instance?.limits);
  const meId = useApp((state) => state.me?.id ?? '');
  const mayOverwrite = may(useServerPermissions(serverId), Permission.MANAGE_ROLES);
  const categories = useCategoryOptions(serverId);
  const [type, setType] = useState<'text' | 'voice' | 'category'>(first);
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [category, setCategory] = useState(categoryId ?? '');
  const [isPrivate, setIsPrivate] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const isCategory = type === 'category';

  const submit = async () => {
    setBusy(true);
    setProblem(null);
    try {
      const channel = await createChannel(serverId, {
        type,
        name: name.trim(),
        ...(isCategory ? {} : { category_id: category || null }),
        ...(type === 'text' && topic.trim() ? { topic: topic.trim() } : {}),
        ...(isPrivate ? { permission_overwrites: privateTo(serverId, meId) } : {}),
      });
      closeDialog();
      if (type === 'text') navigate(paths.channel(channel));
    } catch (error) {
      setProblem(problemOf(error));
      setBusy(false);
    }
  };

  return (
    <Dialog
      size="s"
      title={isCategory ? words.categoryTitle : words.title}
      keepOnOutsidePress
      onClose={closeDialog}
      footer={
        <>
          <Button onClick={closeDialog}>{ui.cancel}</Button>
          <Button variant="primary" busy={busy} type="submit" form="create-channel" disabled={name.trim() === ''}>
            {words.submit}
          </Button>
        </>
      }
    >
      <form
        id="create-channel"
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy && name.trim()) void submit();
        }}
      >
        {!isCategory && <RadioGroup label={words.kind} options={kinds} value={type} onChange={setType} />}
        <TextField
          label={words.name}
          value={name}
          maxLength={limits?.channel_name_max}
          autoComplete="off"
          autoFocus
          error={fieldText(problem, 'name')}
          onChange={(event) => setName(event.target.value)}
        />
        {type === 'text' && (
          <TextArea
            label={words.topic}
            optional
            hint={words.topicHint}
            value={topic}
            maxLength={limits?.channel_topic_max}
            error={fieldText(problem, 'topic')}
            onChange={(event) => setTopic(event.target.value)}
          />
        )}
        {!isCategory && categories.length > 1 && (
          <Select label={words.category} options={categories} value={category} onChange={setCategory} error={fieldText(problem, 'category_id')} />
        )}
        {mayOverwrite && <Switch label={words.private} hint={words.privateHint} checked={isPrivate} onChange={setIsPrivate} />}
        <FormProblem problem={problem} fields={['name', 'topic', 'category_id']} />
      </form>
    </Dialog>
  );
}

/** The categories to choose from, with none as the first. */
export function useCategoryOptions(serverId: Id): { value: string; label: string }[] {
  const categories = useAppShallow((state) => channelGroups(state.channels, serverId).flatMap(({ category }) => category ?? []));
  return [{ value: '', label: words.noCategory }, ...categories.map(({ id, name }) => ({ value: id, label: name ?? '' }))];
}

/** What went wrong and belongs under none of the fields. */
export function FormProblem({ problem, fields }: { problem: Problem | null; fields: readonly string[] }) {
  const isUnderField = fields.some((field) => fieldText(problem, field));
  return (
    <p role="alert" className={styles.error}>
      {problem && !isUnderField && problemText(problem)}
    </p>
  );
}
