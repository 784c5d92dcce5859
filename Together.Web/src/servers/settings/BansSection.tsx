import { RefreshCw } from 'lucide-react';
import { useCallback, useState } from 'react';
import { bansPage, fetchBans, unban } from '@/actions/serverSettings';
import { problemOf } from '@/api/problem';
import type { Ban } from '@/contracts';
import { MoreButton } from '@/settings/MoreButton';
import { Block, Blocks, LoadFailed, LoadingRows, Row } from '@/settings/parts';
import parts from '@/settings/parts.module.css';
import { day } from '@/settings/times';
import { usePaged } from '@/settings/usePaged';
import { nameOf, userName } from '@/state/names';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { problemText } from '@/strings/problems';
import { serverSettings } from '@/strings/serverSettings';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';

const words = serverSettings.bans;

export function BansSection({ serverId }: { serverId: Id }) {
  const fetchPage = useCallback((last: Ban | null, signal: AbortSignal) => fetchBans(serverId, last?.user.id ?? null, signal), [serverId]);
  const paged = usePaged(fetchPage, bansPage);
  const [unbanning, setUnbanning] = useState<Ban | null>(null);
  const { data, problem, busy, again } = paged;
  if (!data) return problem && !busy ? <LoadFailed problem={problem} busy={busy} onRetry={again} /> : <LoadingRows />;
  return (
    <Blocks>
      <Block
        hint={words.hint}
        action={
          <IconButton label={serverSettings.reload} busy={busy} onClick={again}>
            <RefreshCw />
          </IconButton>
        }
      >
        {data.items.length === 0 ? (
          <EmptyState level={3} title={words.none} body={words.noneHint} />
        ) : (
          <ul className={parts.list}>
            {data.items.map((ban) => (
              <li key={ban.user.id}>
                <BanRow ban={ban} serverId={serverId} onUnban={() => setUnbanning(ban)} />
              </li>
            ))}
          </ul>
        )}
        <MoreButton paged={paged} />
      </Block>
      {unbanning && (
        <ConfirmDialog
          title={words.unbanTitle(userName(unbanning.user))}
          body={words.unbanBody}
          confirmLabel={words.unban}
          onConfirm={async () => {
            await unban(serverId, unbanning.user.id);
            paged.change((bans) => bans.filter((ban) => ban !== unbanning));
          }}
          errorText={(reason) => problemText(problemOf(reason))}
          onClose={() => setUnbanning(null)}
        />
      )}
    </Blocks>
  );
}

function BanRow({ ban, serverId, onUnban }: { ban: Ban; serverId: Id; onUnban: () => void }) {
  const moderator = useApp((state) => nameOf(state, ban.moderator_id, serverId)) ?? serverSettings.audit.somebody;
  const name = userName(ban.user);
  return (
    <Row
      icon={<Avatar id={ban.user.id} name={name} url={ban.user.avatar_url} size={36} />}
      title={
        <>
          <bdi>{name}</bdi> <span className={parts.rowHint}>{ban.user.username}</span>
        </>
      }
      hint={
        <>
          <span dir="auto">{ban.reason ?? words.noReason}</span>
          {' · '}
          {words.by(moderator, day(ban.created_at))}
        </>
      }
    >
      <Button size="s" aria-label={words.unbanOf(name)} onClick={onUnban}>
        {words.unban}
      </Button>
    </Row>
  );
}
