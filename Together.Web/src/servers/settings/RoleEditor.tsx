import { ArrowLeft, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { changeRole, deleteRole } from '@/actions/serverSettings';
import { problemOf } from '@/api/problem';
import type { Role } from '@/contracts';
import { useForm } from '@/settings/form';
import { useLeave } from '@/settings/SettingsFrame';
import { UnsavedForm } from '@/settings/UnsavedBar';
import type { Community } from '@/state/state';
import { useApp } from '@/state/store';
import { problemText } from '@/strings/problems';
import { serverSettings } from '@/strings/serverSettings';
import { Banner } from '@/ui/Banner';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { Tabs } from '@/ui/Tabs';
import { PermissionSwitches } from './PermissionSwitches';
import { RoleDisplay } from './RoleDisplay';
import styles from './RoleEditor.module.css';
import { RoleMembers } from './RoleMembers';
import { standsAbove } from './roleOrder';

const words = serverSettings.roles;

/** One role: how it looks, what it allows and who has it. */
export function RoleEditor({ server, role, onBack }: { server: Community; role: Role; onBack: () => void }) {
  const isEveryone = role.id === server.id;
  const myId = useApp((state) => state.me?.id ?? '');
  const isLocked = !isEveryone && !standsAbove(server, myId, role);
  const leave = useLeave();
  const [deleting, setDeleting] = useState(false);
  const [colorError, setColorError] = useState<string>();
  const { name, color, hoist, mentionable, permissions } = role;
  const form = useForm({ name, color, hoist, mentionable, permissions }, (change) =>
    changeRole(server.id, role.id, change.name === undefined ? change : { ...change, name: change.name.trim() }),
  );
  const missing = form.draft.name.trim() ? undefined : words.required;
  const switches = (
    <PermissionSwitches
      serverId={server.id}
      value={form.draft.permissions}
      isLocked={isLocked}
      onChange={(next) => form.set({ permissions: next })}
    />
  );
  return (
    <>
      <div className={styles.top}>
        <Button size="s" variant="ghost" icon={<ArrowLeft />} onClick={() => leave(onBack)}>
          {words.back}
        </Button>
        <h3 className={styles.name}>
          <bdi>{isEveryone ? words.everyone : form.draft.name || role.name}</bdi>
        </h3>
        {!isEveryone && !isLocked && (
          <Button size="s" variant="danger" icon={<Trash2 />} onClick={() => setDeleting(true)}>
            {words.delete}
          </Button>
        )}
      </div>
      {isLocked && <Banner>{words.above}</Banner>}
      <UnsavedForm form={form} error={missing ?? colorError}>
        {isEveryone ? (
          switches
        ) : (
          <Tabs
            label={name}
            items={[
              {
                value: 'display',
                label: words.display,
                content: <RoleDisplay form={form} isLocked={isLocked} nameError={missing} colorError={colorError} onColorError={setColorError} />,
              },
              { value: 'permissions', label: words.permissions, content: switches },
              { value: 'members', label: words.membersTab, content: <RoleMembers server={server} role={role} isLocked={isLocked} /> },
            ]}
          />
        )}
      </UnsavedForm>
      {deleting && (
        <ConfirmDialog
          danger
          title={words.deleteTitle(role.name)}
          body={words.deleteBody}
          confirmLabel={words.delete}
          onConfirm={async () => {
            await deleteRole(server.id, role.id);
            onBack();
          }}
          errorText={(reason) => problemText(problemOf(reason))}
          onClose={() => setDeleting(false)}
        />
      )}
    </>
  );
}
