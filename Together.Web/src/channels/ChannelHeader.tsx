import { Bell, BellOff, EllipsisVertical, Hash, Pin, Search, Users } from 'lucide-react';
import { openDialog, togglePanel } from '@/actions/view';
import { isMutedUntil, NotificationItems } from '@/app/NotificationItems';
import { ShellMenuButton } from '@/app/ShellMenuButton';
import { useIsNarrow, useIsPhone } from '@/app/useMedia';
import type { Channel } from '@/contracts';
import { Markdown } from '@/markdown/Markdown';
import { plainText } from '@/markdown/plainText';
import { presenceOf } from '@/members/presence';
import { channelName } from '@/state/names';
import type { Id, Panel } from '@/state/state';
import { useApp } from '@/state/store';
import { channels as strings } from '@/strings/channels';
import { Avatar } from '@/ui/Avatar';
import { IconButton } from '@/ui/IconButton';
import { Menu, MenuItem, MenuSeparator } from '@/ui/Menu';
import { Popover } from '@/ui/Popover';
import styles from './ChannelHeader.module.css';
import { KindIcon } from './ChannelRows';

/** What channel this is, and what can be shown beside it. */
export function ChannelHeader({ channelId }: { channelId: Id }) {
  const channel = useApp((state) => state.channels[channelId]);
  const isPhone = useIsPhone();
  if (!channel) return null;
  return (
    <header className={styles.header}>
      <ShellMenuButton />
      <Title channel={channel} />
      {channel.topic ? <Topic topic={channel.topic} /> : <span className={styles.space} />}
      {isPhone ? <PhoneMenu channel={channel} /> : <Buttons channel={channel} />}
    </header>
  );
}

function Title({ channel }: { channel: Channel }) {
  const name = channelName(channel, strings.nobody);
  return (
    <div className={styles.title}>
      <Face channel={channel} />
      {channel.type === 'group_dm' ? (
        <h1 className={styles.name}>
          <button type="button" className={styles.rename} onClick={() => openDialog({ kind: 'edit_group', channelId: channel.id })}>
            <bdi>{name}</bdi>
          </button>
        </h1>
      ) : (
        <h1 className={styles.name}>
          <bdi>{name}</bdi>
        </h1>
      )}
    </div>
  );
}

function Face({ channel }: { channel: Channel }) {
  const [other] = channel.recipients;
  const presence = useApp((state) => presenceOf(state.presences[other?.id ?? '']));
  if (channel.type === 'group_dm') return <Users aria-hidden="true" className={styles.icon} />;
  if (channel.type === 'dm')
    return other ? (
      <Avatar id={other.id} name={other.display_name} url={other.avatar_url} size={28} presence={presence} />
    ) : (
      <Hash aria-hidden="true" />
    );
  return <KindIcon channel={channel} />;
}

const noNames = { user: () => null, role: () => null, channel: () => null };

function Topic({ topic }: { topic: string }) {
  const line = plainText(topic, noNames);
  return (
    <Popover
      label={strings.topic}
      align="start"
      className={styles.popover}
      trigger={
        <button type="button" className={styles.topic} aria-label={strings.readTopic(line)}>
          <bdi>{line}</bdi>
        </button>
      }
    >
      <Markdown content={topic} />
    </Popover>
  );
}

interface PanelChoice {
  panel: Exclude<Panel, null>;
  label: string;
  icon: React.ReactNode;
}

/** The panels that a channel has. */
function choicesOf({ type }: Channel): PanelChoice[] {
  const pins: PanelChoice = { panel: 'pins', label: strings.pins, icon: <Pin /> };
  const members: PanelChoice = { panel: 'members', label: strings.members, icon: <Users /> };
  const search: PanelChoice = { panel: 'search', label: strings.search, icon: <Search /> };
  return type === 'dm' ? [pins, search] : [pins, members, search];
}

function Buttons({ channel }: { channel: Channel }) {
  const isNarrow = useIsNarrow();
  const panel = useApp((state) => state.view.panel);
  const isOut = useApp((state) => state.view.drawer === 'panel');
  const isMuted = useIsMuted(channel.id);
  return (
    <div className={styles.buttons}>
      <Menu
        align="end"
        trigger={
          <IconButton label={strings.notifications} tooltipSide="bottom">
            {isMuted ? <BellOff /> : <Bell />}
          </IconButton>
        }
      >
        <NotificationItems id={channel.id} />
      </Menu>
      {choicesOf(channel).map((choice) => (
        <IconButton
          key={choice.panel}
          label={choice.label}
          tooltipSide="bottom"
          pressed={panel === choice.panel && (!isNarrow || isOut)}
          onClick={() => togglePanel(choice.panel)}
        >
          {choice.icon}
        </IconButton>
      ))}
    </div>
  );
}

function PhoneMenu({ channel }: { channel: Channel }) {
  return (
    <Menu
      align="end"
      trigger={
        <IconButton label={strings.more} tooltipSide={null}>
          <EllipsisVertical />
        </IconButton>
      }
    >
      {choicesOf(channel).map((choice) => (
        <MenuItem key={choice.panel} icon={choice.icon} onSelect={() => togglePanel(choice.panel)}>
          {choice.label}
        </MenuItem>
      ))}
      <MenuSeparator />
      <NotificationItems id={channel.id} />
    </Menu>
  );
}

function useIsMuted(channelId: Id): boolean {
  return useApp((state) => isMutedUntil(state.settings.notifications.find(({ id }) => id === channelId)?.muted_until));
}
