import { ArrowDown, ArrowUp, ChevronRight, Lock, Plus, Users } from 'lucide-react';
import { useState } from 'react';
import { createRole, placeRoles } from '@/actions/serverSettings';
import { attempt } from '@/app/attempt';
import type { Role } from '@/contracts';
import { RoleDot } from '@/members/RoleDot';
import { Block, Blocks } from '@/settings/parts';
import parts from '@/settings/parts.module.css';
import { rolesInOrder } from '@/state/names';
import type { Community, Id } from '@/state/state';
import { useApp } from '@/state/store';
import { serverSettings } from '@/strings/serverSettings';
import { Button } from '@/ui/Button';
import { IconButton } from '@/ui/IconButton';
import { announce } from '@/ui/LiveRegion';
import { toast } from '@/ui/toast';
import { RoleEditor } from './RoleEditor';
import styles from './RolesSection.module.css';
import { movedRole, standsAbove } from './roleOrder';

const words = serverSettings.roles;

export function RolesSection({ serverId }: { serverId: Id }) {
  const server = useApp((state) => state.servers[serverId]);
  const [open, setOpen] = useState<Id | null>(null);
  if (!server) return null;
  const role = open ? server.roles[open] : undefined;
  if (open && role) return <RoleEditor key={open} server={server} role={role} onBack={() => setOpen(null)} />;
  return <RoleList server={server} onOpen={setOpen} />;
}

function RoleList({ server, onOpen }: { server: Community; onOpen: (roleId: Id) => void }) {
  const myId = useApp((state) => state.me?.id ?? '');
  const [creating, setCreating] = useState(false);
  const roles = rolesInOrder(server).filter(({ id }) => id !== server.id);
  const movable = roles.filter((role) => standsAbove(server, myId, role));
  const everyone = server.roles[server.id];

  const create = async () => {
    setCreating(true);
    await attempt(createRole(server.id, words.newName).then(({ id }) => onOpen(id)));
    setCreating(false);
  };
  const move = (role: Role, to: number) => {
    const places = movedRole(server, myId, role.id, to);
    if (places === null) toast.show({ tone: 'error', title: words.noRoom });
    else if (places.length > 0) {
      announce(words.moved(role.name, to + 1, movable.length));
      void attempt(placeRoles(server.id, places));
    }
  };
  return (
    <Blocks>
      <Block
        hint={words.hint}
        action={
          <Button variant="primary" icon={<Plus />} busy={creating} onClick={create}>
            {words.create}
          </Button>
        }
      >
        <ol className={parts.list}>
          {roles.map((role) => {
            const place = movable.indexOf(role);
            return (
              <li key={role.id} className={styles.role}>
                <RoleButton server={server} role={role} isLocked={place < 0} onOpen={() => onOpen(role.id)} />
                {place >= 0 && (
                  <div className={styles.moves}>
                    <IconButton size="s" label={words.up(role.name)} disabled={place === 0} onClick={() => move(role, place - 1)}>
                      <ArrowUp />
                    </IconButton>
                    <IconButton size="s" label={words.down(role.name)} disabled={place === movable.length - 1} onClick={() => move(role, place + 1)}>
                      <ArrowDown />
                    </IconButton>
                  </div>
                )}
              </li>
            );
          })}
          {everyone && (
            <li className={styles.role}>
              <RoleButton server={server} role={everyone} isLocked={false} onOpen={() => onOpen(everyone.id)} />
            </li>
          )}
        </ol>
      </Block>
    </Blocks>
  );
}

function RoleButton({ server, role, isLocked, onOpen }: { server: Community; role: Role; isLocked: boolean; onOpen: () => void }) {
  const isEveryone = role.id === server.id;
  const count = isEveryone ? server.member_count : Object.values(server.members).filter(({ role_ids }) => role_ids.includes(role.id)).length;
  return (
    <button type="button" className={styles.open} onClick={onOpen}>
      {isEveryone ? <Users aria-hidden="true" size={16} /> : <RoleDot color={role.color} />}
      <span className={styles.text}>
        <bdi className={styles.name}>{role.name}</bdi>
        <span className={parts.rowHint}>{isEveryone ? words.everyoneHint : words.members(count)}</span>
      </span>
      {isLocked && <Lock size={16} role="img" aria-label={words.above} className={styles.lock} />}
      <ChevronRight aria-hidden="true" size={18} className={styles.lock} />
    </button>
  );
}
