import { Settings, SmilePlus } from 'lucide-react';
import { type Status, setStatus } from '@/actions/presence';
import { openDialog } from '@/actions/view';
import { useApp } from '@/state/store';
import { shell } from '@/strings/shell';
import { Avatar } from '@/ui/Avatar';
import { IconButton } from '@/ui/IconButton';
import { Menu, MenuItem, MenuRadioGroup, MenuSeparator } from '@/ui/Menu';
import { PresenceDot } from '@/ui/PresenceDot';
import { toast } from '@/ui/toast';
import styles from './ShellFooter.module.css';

const statuses = (['online', 'away', 'dnd', 'invisible'] as const).map((value) => ({
  value,
  label: shell.you[value],
  icon: <PresenceDot decorative status={value === 'invisible' ? 'offline' : value} />,
}));

/** Oneself: how one is shown, and the way to the settings. */
export function ShellFooter() {
  const me = useApp((state) => state.me);
  const { status, customStatus } = useApp((state) => state.ownStatus);
  if (!me) return null;
  const chosen = statuses.find(({ value }) => value === status)?.value ?? 'online';
  const line = customStatus ? [customStatus.emoji, customStatus.text].filter(Boolean).join(' ') : shell.you[chosen];
  return (
    <div className={styles.footer}>
      <Menu
        side="top"
        trigger={
          <button type="button" className={styles.me}>
            <Avatar id={me.id} name={me.display_name} url={me.avatar_url} size={34} presence={chosen === 'invisible' ? 'offline' : chosen} />
            <span className={styles.text}>
              <span className={styles.name}>
                <bdi>{me.display_name}</bdi>
              </span>
              <span className={styles.status} dir="auto">
                {line}
              </span>
            </span>
          </button>
        }
      >
        <MenuRadioGroup label={shell.you.status} options={statuses} value={chosen} onChange={choose} />
        <MenuSeparator />
        <MenuItem icon={<SmilePlus />} onSelect={() => openDialog({ kind: 'status' })}>
          {shell.you.setStatus}
        </MenuItem>
        <MenuItem icon={<Settings />} onSelect={() => openDialog({ kind: 'user_settings', section: 'profile' })}>
          {shell.you.settings}
        </MenuItem>
      </Menu>
      <IconButton label={shell.you.settings} onClick={() => openDialog({ kind: 'user_settings', section: 'profile' })}>
        <Settings />
      </IconButton>
    </div>
  );
}

function choose(status: Status): void {
  if (!setStatus(status)) toast.show({ tone: 'error', title: shell.you.notConnected });
}
