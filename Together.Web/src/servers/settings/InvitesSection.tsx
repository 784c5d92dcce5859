import { Copy, RefreshCw, UserPlus } from 'lucide-react';
import { useCallback, useState } from 'react';
import { inviteLink } from '@/actions/joining';
import { fetchInvites, revokeInvite } from '@/actions/serverSettings';
import { openDialog } from '@/actions/view';
import { problemOf } from '@/api/problem';
import type { Invite } from '@/contracts';
import { Block, Blocks, LoadFailed, LoadingRows, Row } from '@/settings/parts';
import parts from '@/settings/parts.module.css';
import { until } from '@/settings/times';
import { useFetched } from '@/settings/useFetched';
import { userName } from '@/state/names';
import { may, Permission } from '@/state/permissions';
import type { Id } from '@/state/state';
import { problemText } from '@/strings/problems';
import { serverSettings } from '@/strings/serverSettings';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { toast } from '@/ui/toast';
import { usePermissions } from './usePermissions';

const words = serverSettings.invites;

export function InvitesSection({ serverId }: { serverId: Id }) {
  const fetch = useCallback((signal: AbortSignal) => fetchInvites(serverId, signal), [serverId]);
  const { data, problem, busy, again, change } = useFetched(fetch);
  const [revoking, setRevoking] = useState<Invite | null>(null);
  const mayCreate = may(usePermissions(serverId), Permission.CREATE_INVITE);
  if (!data) return problem && !busy ? <LoadFailed problem={problem} busy={busy} onRetry={again} /> : <LoadingRows />;
  const create = mayCreate && (
    <Button variant="primary" icon={<UserPlus />} onClick={() => openDialog({ kind: 'invite', serverId })}>
      {words.create}
    </Button>
  );
  return (
    <Blocks>
      <Block
        hint={words.hint}
        action={
          <div className={parts.buttons}>
            <IconButton label={serverSettings.reload} busy={busy} onClick={again}>
              <RefreshCw />
            </IconButton>
            {data.length > 0 && create}
          </div>
        }
      >
        {data.length === 0 ? (
          <EmptyState level={3} title={words.none} body={words.noneHint} action={create} />
        ) : (
          <ul className={parts.list}>
            {data.map((invite) => (
              <li key={invite.code}>
                <InviteRow invite={invite} onRevoke={() => setRevoking(invite)} />
              </li>
            ))}
          </ul>
        )}
      </Block>
      {revoking && (
        <ConfirmDialog
          danger
          title={words.revokeTitle}
          body={words.revokeBody}
          confirmLabel={words.revoke}
          onConfirm={async () => {
            await revokeInvite(revoking.code);
            change((invites) => invites.filter((invite) => invite !== revoking));
          }}
          errorText={(reason) => problemText(problemOf(reason))}
          onClose={() => setRevoking(null)}
        />
      )}
    </Blocks>
  );
}

function InviteRow({ invite, onRevoke }: { invite: Invite; onRevoke: () => void }) {
  const { code, inviter, uses, max_uses, expires_at } = invite;
  const name = inviter ? userName(inviter) : words.unknown;
  const copy = async () => {
    const link = inviteLink(code);
    try {
      await navigator.clipboard.writeText(link);
      toast.show({ tone: 'success', title: words.copied });
    } catch {
      toast.show({ tone: 'error', title: words.notCopied, body: link });
    }
  };
  return (
    <Row
      icon={<Avatar id={inviter?.id ?? code} name={name} url={inviter?.avatar_url} size={36} />}
      title={<code>{code}</code>}
      hint={[words.by(name), words.uses(uses, max_uses), expires_at ? words.expires(until(expires_at)) : words.never].join(' · ')}
    >
      <Button size="s" icon={<Copy />} aria-label={words.copyOf(code)} onClick={copy}>
        {words.copy}
      </Button>
      <Button size="s" variant="ghost" aria-label={words.revokeOf(code)} onClick={onRevoke}>
        {words.revoke}
      </Button>
    </Row>
  );
}
