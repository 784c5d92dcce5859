import { Bell, BellOff } from 'lucide-react';
import { forEver, setNotification } from '@/actions/servers';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { shell } from '@/strings/shell';
import { MenuItem, MenuRadioGroup, MenuSeparator, SubMenu } from '@/ui/Menu';
import { attempt } from './attempt';

const minutes = 60_000;
const mutes = [
  { label: shell.notify.minutes15, lasts: 15 * minutes },
  { label: shell.notify.hour, lasts: 60 * minutes },
  { label: shell.notify.hours8, lasts: 8 * 60 * minutes },
  { label: shell.notify.day, lasts: 24 * 60 * minutes },
  { label: shell.notify.forEver, lasts: null },
];

const levels = (['all', 'mentions', 'none'] as const).map((value) => ({ value, label: shell.notify[value] }));

/** How loudly a server or channel speaks; for within a menu. */
export function NotificationItems({ id }: { id: Id }) {
  const isChannel = useApp((state) => Boolean(state.channels[id]?.server_id));
  const setting = useApp((state) => state.settings.notifications.find((one) => one.id === id));
  const isMuted = isMutedUntil(setting?.muted_until);
  const inherit = { value: 'inherit' as const, label: shell.notify.inherit };
  return (
    <>
      <MenuRadioGroup
        label={shell.notify.level}
        options={isChannel ? [inherit, ...levels] : levels}
        value={setting?.level ?? (isChannel ? 'inherit' : 'all')}
        onChange={(level) => void attempt(setNotification(id, level === 'inherit' ? null : { level }))}
      />
      <MenuSeparator />
      {isMuted ? (
        <MenuItem icon={<Bell />} onSelect={() => void attempt(setNotification(id, { muted_until: null }))}>
          {shell.notify.unmute}
        </MenuItem>
      ) : (
        <SubMenu label={shell.notify.mute} icon={<BellOff />}>
          {mutes.map(({ label, lasts }) => (
            <MenuItem key={label} onSelect={() => void attempt(setNotification(id, { muted_until: lasts ? until(lasts) : forEver }))}>
              {label}
            </MenuItem>
          ))}
        </SubMenu>
      )}
    </>
  );
}

export function isMutedUntil(until: string | null | undefined): boolean {
  return until != null && Date.parse(until) > Date.now();
}

function until(milliseconds: number): string {
  return new Date(Date.now() + milliseconds).toISOString();
}
