import { Ban, ClipboardList, Link, Settings2, Shield, Users } from 'lucide-react';
import type { ReactNode } from 'react';
import { closeDialog, openDialog } from '@/actions/view';
import { SettingsFrame, type SettingsSection } from '@/settings/SettingsFrame';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { serverSettings } from '@/strings/serverSettings';
import { ServerIcon } from '@/ui/Avatar';
import { EmptyState } from '@/ui/EmptyState';
import { AuditSection } from './AuditSection';
import { BansSection } from './BansSection';
import { InvitesSection } from './InvitesSection';
import { MembersSection } from './MembersSection';
import { OverviewSection } from './OverviewSection';
import { RolesSection } from './RolesSection';
import styles from './ServerSettings.module.css';
import { mayOpen, type Section, usePermissions } from './usePermissions';

const { sections: names, groups } = serverSettings;

const sections: readonly SettingsSection<Section>[] = [
  { id: 'overview', label: names.overview, icon: <Settings2 />, group: groups.server },
  { id: 'roles', label: names.roles, icon: <Shield />, group: groups.server },
  { id: 'audit_log', label: names.audit_log, icon: <ClipboardList />, group: groups.server },
  { id: 'members', label: names.members, icon: <Users />, group: groups.people },
  { id: 'invites', label: names.invites, icon: <Link />, group: groups.people },
  { id: 'bans', label: names.bans, icon: <Ban />, group: groups.people },
];

const content: Record<Section, (props: { serverId: Id }) => ReactNode> = {
  overview: OverviewSection,
  roles: RolesSection,
  members: MembersSection,
  bans: BansSection,
  invites: InvitesSection,
  audit_log: AuditSection,
};

export default function ServerSettings({ serverId, section }: { serverId: Id; section: Section }) {
  const name = useApp((state) => state.servers[serverId]?.name);
  const icon = useApp((state) => state.servers[serverId]?.icon_url ?? null);
  const mask = usePermissions(serverId);
  const open = sections.filter(({ id }) => mayOpen(id, mask));
  const current = open.some(({ id }) => id === section) ? section : open[0]?.id;
  const Content = current && content[current];
  return (
    <SettingsFrame
      title={serverSettings.title(name ?? '')}
      header={
        <div className={styles.server}>
          <ServerIcon id={serverId} name={name ?? ''} url={icon} size={36} />
          <bdi className={styles.name}>{name}</bdi>
        </div>
      }
      sections={open}
      current={current ?? section}
      startsAtList={section === open[0]?.id}
      onSection={(next) => openDialog({ kind: 'server_settings', serverId, section: next })}
      onClose={closeDialog}
    >
      {name === undefined ? (
        <EmptyState level={3} title={serverSettings.gone} body={serverSettings.goneHint} />
      ) : Content ? (
        <Content key={current} serverId={serverId} />
      ) : (
        <EmptyState level={3} title={serverSettings.noPermission} body={serverSettings.noPermissionHint} />
      )}
    </SettingsFrame>
  );
}
