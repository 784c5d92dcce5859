import {
  Ban,
  ChevronRight,
  Hash,
  Link,
  type LucideIcon,
  MessageSquareX,
  Pin,
  RefreshCw,
  Settings2,
  Shield,
  UserPen,
  UserPlus,
  UserX,
} from 'lucide-react';
import { useCallback, useMemo, useRef, useState } from 'react';
import { auditPage, fetchAuditLog } from '@/actions/serverSettings';
import type { AuditEntry, User } from '@/contracts';
import { MoreButton } from '@/settings/MoreButton';
import { Block, Blocks, LoadFailed, LoadingRows } from '@/settings/parts';
import parts from '@/settings/parts.module.css';
import { ago, dayAndTime } from '@/settings/times';
import { usePaged } from '@/settings/usePaged';
import { userName } from '@/state/names';
import type { Community, Id } from '@/state/state';
import { useApp, useAppShallow } from '@/state/store';
import { serverSettings } from '@/strings/serverSettings';
import { Avatar } from '@/ui/Avatar';
import { EmptyState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { Select } from '@/ui/Select';
import styles from './AuditSection.module.css';
import { type AuditNames, auditLines, auditSentence } from './audit';

const words = serverSettings.audit;

const icons: Record<string, LucideIcon> = {
  server: Settings2,
  channel: Hash,
  role: Shield,
  invite: Link,
  message: MessageSquareX,
  message_pin: Pin,
  message_unpin: Pin,
  member: UserPen,
  member_join: UserPlus,
  member_kick: UserX,
  member_ban_add: Ban,
  member_ban_remove: Ban,
};

type Action = AuditEntry['action'];

const actions = Object.entries(words.actions) as [Action, string][];

export function AuditSection({ serverId }: { serverId: Id }) {
  const server = useApp((state) => state.servers[serverId]);
  const channels = useAppShallow((state) => Object.values(state.channels).filter(({ server_id }) => server_id === serverId));
  const users = useApp((state) => state.users);
  const [userId, setUserId] = useState<Id | ''>('');
  const [action, setAction] = useState<Action | ''>('');
  // Whom the entries name, those included who are not in any more.
  const [named, setNamed] = useState<Record<Id, User>>({});
  const actors = useRef(new Set<Id>());
  const fetchPage = useCallback(
    async (last: AuditEntry | null, signal: AbortSignal) => {
      const page = await fetchAuditLog(serverId, { userId: userId || null, action: action || null }, last?.id ?? null, signal);
      for (const { actor_id } of page.entries) actors.current.add(actor_id);
      setNamed((now) => ({ ...now, ...Object.fromEntries(page.users.map((user) => [user.id, user])) }));
      return page.entries;
    },
    [serverId, userId, action],
  );
  const paged = usePaged(fetchPage, auditPage);
  const { data, problem, busy, again } = paged;

  const names = useMemo<AuditNames>(() => {
    const byId = new Map(channels.map((channel) => [channel.id, channel.type === 'category' ? (channel.name ?? '') : `#${channel.name ?? ''}`]));
    return {
      user: (id) => nameIn(server, users[id] ?? named[id]),
      role: (id) => server?.roles[id]?.name ?? null,
      channel: (id) => byId.get(id) ?? null,
      time: (at) => dayAndTime(at),
    };
  }, [server, channels, users, named]);

  const people = [...actors.current].flatMap((id) => {
    const name = names.user(id);
    return name ? [{ value: id, label: name }] : [];
  });
  const isFiltered = userId !== '' || action !== '';
  return (
    <Blocks>
      <Block>
        <div className={styles.filters}>
          <Select
            label={words.who}
            options={[{ value: '', label: words.everybody }, ...people.sort((a, b) => a.label.localeCompare(b.label))]}
            value={userId}
            onChange={setUserId}
          />
          <Select
            label={words.action}
            options={[{ value: '' as const, label: words.everything }, ...actions.map(([value, label]) => ({ value, label }))]}
            value={action}
            onChange={setAction}
          />
          <IconButton label={serverSettings.reload} busy={busy} onClick={again}>
            <RefreshCw />
          </IconButton>
        </div>
        <div aria-busy={busy}>
          {!data && (problem && !busy ? <LoadFailed problem={problem} busy={busy} onRetry={again} /> : <LoadingRows rows={8} />)}
          {data?.items.length === 0 && (
            <EmptyState level={3} title={isFiltered ? words.noneFound : words.none} body={isFiltered ? words.noneFoundHint : words.noneHint} />
          )}
          {data && data.items.length > 0 && (
            <ul className={parts.list}>
              {data.items.map((entry) => (
                <li key={entry.id}>
                  <Entry entry={entry} names={names} actor={users[entry.actor_id] ?? named[entry.actor_id]} />
                </li>
              ))}
            </ul>
          )}
          <MoreButton paged={paged} />
          {data && data.items.length > 0 && !data.hasMore && <p className={styles.end}>{words.end}</p>}
        </div>
      </Block>
    </Blocks>
  );
}

function nameIn(server: Community | undefined, user: User | undefined): string | null {
  if (!user) return null;
  return server?.members[user.id]?.nickname ?? userName(user);
}

function Entry({ entry, names, actor }: { entry: AuditEntry; names: AuditNames; actor: User | undefined }) {
  const lines = auditLines(entry, names);
  const name = names.user(entry.actor_id) ?? words.somebody;
  const Icon = icons[entry.action] ?? icons[entry.action.split('_')[0] ?? ''] ?? Settings2;
  const head = (
    <>
      <Avatar id={entry.actor_id} name={name} url={actor?.avatar_url} size={32} />
      <span className={styles.text}>
        <span>
          <bdi className={styles.actor}>{name}</bdi> {auditSentence(entry, names)}
        </span>
        <span className={parts.rowHint}>
          <time dateTime={entry.created_at} title={dayAndTime(entry.created_at)}>
            {ago(entry.created_at)}
          </time>
          {entry.reason && (
            <>
              {' · '}
              <span dir="auto">{words.reason(entry.reason)}</span>
            </>
          )}
        </span>
      </span>
      <Icon aria-hidden="true" size={18} className={styles.kind} />
    </>
  );
  if (lines.length === 0) return <div className={styles.head}>{head}</div>;
  return (
    <details className={styles.entry}>
      <summary className={styles.head}>
        <ChevronRight aria-hidden="true" size={16} className={styles.arrow} />
        {head}
      </summary>
      <dl className={styles.lines}>
        {lines.map((line) => (
          <div key={line.label} className={styles.line}>
            <dt>{line.label}</dt>
            <dd>
              {line.old !== null && (
                <del>
                  <bdi>{line.old}</bdi>
                </del>
              )}
              {line.old !== null && line.new !== null && <span aria-hidden="true"> → </span>}
              {line.new !== null && (
                <ins>
                  <bdi>{line.new}</bdi>
                </ins>
              )}
              {line.old === null && line.new === null && words.nothing}
            </dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
