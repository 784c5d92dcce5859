import { Bell, Keyboard, LogOut, MonitorSmartphone, Palette, Server, UserRound, UserRoundPen } from 'lucide-react';
import { logOut } from '@/actions/session';
import { closeDialog, openDialog } from '@/actions/view';
import { attempt } from '@/app/attempt';
import type { OpenDialog } from '@/state/state';
import { settings } from '@/strings/settings';
import { Button } from '@/ui/Button';
import { AccountSection } from './AccountSection';
import { AppearanceSection } from './AppearanceSection';
import { InstanceSection } from './InstanceSection';
import { KeybindsSection } from './KeybindsSection';
import { NotificationsSection } from './NotificationsSection';
import { ProfileSection } from './ProfileSection';
import { SessionsSection } from './SessionsSection';
import { SettingsFrame, type SettingsSection } from './SettingsFrame';

type Section = Extract<OpenDialog, { kind: 'user_settings' }>['section'];

const { groups, sections: names } = settings;

const sections: readonly SettingsSection<Section>[] = [
  { id: 'profile', label: names.profile, icon: <UserRoundPen />, group: groups.you },
  { id: 'account', label: names.account, icon: <UserRound />, group: groups.you },
  { id: 'sessions', label: names.sessions, icon: <MonitorSmartphone />, group: groups.you },
  { id: 'notifications', label: names.notifications, icon: <Bell />, group: groups.app },
  { id: 'appearance', label: names.appearance, icon: <Palette />, group: groups.app },
  { id: 'keybinds', label: names.keybinds, icon: <Keyboard />, group: groups.app },
  { id: 'instance', label: names.instance, icon: <Server />, group: groups.host },
];

const content: Record<Section, () => React.ReactNode> = {
  profile: ProfileSection,
  account: AccountSection,
  sessions: SessionsSection,
  notifications: NotificationsSection,
  appearance: AppearanceSection,
  keybinds: KeybindsSection,
  instance: InstanceSection,
};

export default function UserSettings({ section }: { section: Section }) {
  const Content = content[section];
  return (
    <SettingsFrame
      title={settings.title}
      sections={sections}
      current={section}
      startsAtList={section === 'profile'}
      onSection={(next) => openDialog({ kind: 'user_settings', section: next })}
      onClose={closeDialog}
      footer={
        <Button variant="ghost" icon={<LogOut />} onClick={() => void attempt(logOut())}>
          {settings.logOut}
        </Button>
      }
    >
      <Content key={section} />
    </SettingsFrame>
  );
}
