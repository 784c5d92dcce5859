import { Hash, MessageCircle, Trash2, Volume2 } from 'lucide-react';
import { useState } from 'react';
import { setNotification } from '@/actions/servers';
import { attempt } from '@/app/attempt';
import type { NotificationSetting } from '@/contracts';
import { NotificationSwitches } from '@/notifications/NotificationSwitches';
import { channelName } from '@/state/names';
import type { AppState, Id } from '@/state/state';
import { useApp, useAppShallow } from '@/state/store';
import { notifications } from '@/strings/notifications';
import { settings } from '@/strings/settings';
import { ServerIcon } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { Select } from '@/ui/Select';
import { type MuteChoice, muteChoices, mutedTo, muteUntil } from './muteUntil';
import styles from './NotificationsSection.module.css';
import { Block, Blocks, Row } from './parts';
import parts from './parts.module.css';
import { dayAndTime } from './times';

const words = settings.notifications;

const levels = (['all', 'mentions', 'none'] as const).map((value) => ({ value, label: words.levels[value] }));

export function NotificationsSection() {
  const own = useApp((state) => state.settings.notifications);
  return (
    <Blocks>
      <Block title={notifications.settings.title}>
        <NotificationSwitches />
      </Block>
      <Block title={words.exceptions} hint={words.exceptionsHint}>
        {own.length === 0 ? (
          <EmptyState level={3} title={words.none} body={words.noneHint} />
        ) : (
          <ul className={parts.list}>
            {own.map((setting) => (
              <li key={setting.id}>
                <SettingRow setting={setting} />
              </li>
            ))}
          </ul>
        )}
        <AddServer />
      </Block>
    </Blocks>
  );
}

function SettingRow({ setting }: { setting: NotificationSetting }) {
  const { id, level, muted_until } = setting;
  const server = useApp((state) => state.servers[id]);
  const channel = useApp((state) => state.channels[id]);
  const place = useApp((state) => placeOf(state, id));
  const name = server?.name ?? (channel ? channelName(channel, words.private) : words.gone);
  const end = mutedTo(muted_until, Date.now());
  const Icon = channel?.type === 'voice' ? Volume2 : channel?.server_id ? Hash : MessageCircle;
  const hint = end !== null && Number.isFinite(end) ? words.mutedUntil(dayAndTime(new Date(end).toISOString())) : place;
  const chosen = end === null ? 'off' : Number.isFinite(end) ? 'timed' : 'forever';
  const mute = (choice: MuteChoice | 'off' | 'timed') => {
    if (choice === 'timed') return;
    void attempt(setNotification(id, { muted_until: choice === 'off' ? null : muteUntil(choice, Date.now()) }));
  };
  return (
    <Row
      icon={server ? <ServerIcon id={id} name={name} url={server.icon_url} size={32} /> : <Icon aria-hidden="true" />}
      title={<bdi>{name}</bdi>}
      hint={hint}
    >
      <div className={styles.select}>
        <Select
          label={words.level(name)}
          hideLabel
          options={levels}
          value={level}
          onChange={(value) => void attempt(setNotification(id, { level: value }))}
        />
      </div>
      <div className={styles.select}>
        <Select
          label={words.mute(name)}
          hideLabel
          options={[
            { value: 'off', label: words.mutes.off },
            ...(chosen === 'timed' ? [{ value: 'timed' as const, label: words.muted }] : []),
            ...muteChoices.map((value) => ({ value, label: words.mutes[value] })),
          ]}
          value={chosen}
          onChange={mute}
        />
      </div>
      <IconButton label={words.remove(name)} onClick={() => void attempt(setNotification(id, null))}>
        <Trash2 />
      </IconButton>
    </Row>
  );
}

function placeOf(state: AppState, id: Id): string | undefined {
  const channel = state.channels[id];
  if (!channel) return undefined;
  const server = channel.server_id ? state.servers[channel.server_id] : undefined;
  return server ? words.in(server.name) : words.private;
}

/** For a server that has no setting of its own yet. */
function AddServer() {
  const free = useAppShallow((state) =>
    Object.values(state.servers).filter(({ id }) => !state.settings.notifications.some((setting) => setting.id === id)),
  );
  const [chosen, setChosen] = useState('');
  const server = free.find(({ id }) => id === chosen) ?? free[0];
  if (!server) return null;
  return (
    <div className={styles.add}>
      <div className={styles.addSelect}>
        <Select label={words.add} options={free.map(({ id, name }) => ({ value: id, label: name }))} value={server.id} onChange={setChosen} />
      </div>
      <Button onClick={() => void attempt(setNotification(server.id, { level: 'mentions' }))}>{words.addAction}</Button>
    </div>
  );
}
