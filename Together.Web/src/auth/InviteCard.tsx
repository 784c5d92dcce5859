import type { Invite } from '@/contracts';
import { userName } from '@/state/names';
import { auth } from '@/strings/auth';
import { ServerIcon } from '@/ui/Avatar';
import { Skeleton } from '@/ui/Skeleton';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import styles from './AuthPage.module.css';

/** Where an invite leads; its shape while that is not known yet. */
export function InviteCard({ invite }: { invite: Invite | null }) {
  if (!invite)
    return (
      <div className={styles.invite} role="status">
        <VisuallyHidden>{auth.loadingInvite}</VisuallyHidden>
        <Skeleton width={56} height={56} />
        <div className={styles.inviteText}>
          <Skeleton width={180} height={16} />
        </div>
      </div>
    );
  const { server, inviter } = invite;
  return (
    <div className={styles.invite}>
      <ServerIcon id={server.id} name={server.name} url={server.icon_url} size={56} />
      <div className={styles.inviteText}>
        <p className={styles.faint} dir="auto">
          {inviter ? auth.invitedBy(userName(inviter)) : auth.invited}
        </p>
        <p className={styles.inviteName} dir="auto">
          {server.name}
        </p>
        <p className={styles.faint}>
          {auth.online(server.online_count)} · {auth.members(server.member_count)}
        </p>
      </div>
    </div>
  );
}
