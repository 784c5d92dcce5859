import { may, Permission } from '@/state/permissions';
import type { Id } from '@/state/state';
import { permissionGroups, permissionNotes, permissionWords } from '@/strings/permissions';
import { Switch } from '@/ui/Switch';
import styles from './PermissionSwitches.module.css';
import { usePermissions } from './usePermissions';

interface PermissionSwitchesProps {
  serverId: Id;
  /** A mask, in decimal. */
  value: string;
  isLocked: boolean;
  onChange: (value: string) => void;
}

/** What a role allows. Nobody gives or takes what they do not have themselves. */
export function PermissionSwitches({ serverId, value, isLocked, onChange }: PermissionSwitchesProps) {
  const own = usePermissions(serverId);
  const mask = BigInt(value);
  const isAdministrator = may(mask, Permission.ADMINISTRATOR);
  return (
    <div className={styles.groups}>
      {permissionGroups.map(({ title, names }) => (
        <section key={title}>
          <h4 className={styles.title}>{title}</h4>
          {names.map((name) => {
            const bit = Permission[name];
            const { label, hint, isDangerous } = permissionWords[name];
            const isMine = may(own, bit);
            const isIncluded = isAdministrator && bit !== Permission.ADMINISTRATOR;
            return (
              <Switch
                key={name}
                className={styles.permission}
                disabled={isLocked || !isMine}
                checked={may(mask, bit)}
                onChange={(isOn) => onChange(String(isOn ? mask | bit : mask & ~bit))}
                label={
                  <>
                    {label}
                    {isDangerous && <span className={styles.dangerous}>{permissionNotes.dangerous}</span>}
                  </>
                }
                hint={
                  <>
                    {hint}
                    {!isMine && !isLocked && <span className={styles.note}>{permissionNotes.notYours}</span>}
                    {isIncluded && isMine && <span className={styles.note}>{permissionNotes.byAdministrator}</span>}
                  </>
                }
              />
            );
          })}
        </section>
      ))}
    </div>
  );
}
