import { Monitor, RefreshCw, Smartphone, Terminal } from 'lucide-react';
import { useState } from 'react';
import { endSession, fetchSessions } from '@/actions/settings';
import { problemOf } from '@/api/problem';
import { attempt } from '@/app/attempt';
import type { Session } from '@/contracts';
import type { Id } from '@/state/state';
import { problemText } from '@/strings/problems';
import { settings } from '@/strings/settings';
import { Button } from '@/ui/Button';
import { ConfirmDialog } from '@/ui/ConfirmDialog';
import { IconButton } from '@/ui/IconButton';
import { Block, Blocks, LoadFailed, LoadingRows, Row } from './parts';
import parts from './parts.module.css';
import { ago, day } from './times';
import { useFetched } from './useFetched';
import { deviceOf } from './userAgent';

const words = settings.sessions;
const icons = { desktop: Monitor, phone: Smartphone, other: Terminal };

export function SessionsSection() {
  const { data, problem, busy, again, change } = useFetched(fetchSessions);
  const [ending, setEnding] = useState<Id | null>(null);
  const [endingAll, setEndingAll] = useState(false);
  if (!data) return problem && !busy ? <LoadFailed problem={problem} busy={busy} onRetry={again} /> : <LoadingRows />;
  const without = (id: Id) => change((sessions) => sessions.filter((session) => session.id !== id));
  const current = data.filter((session) => session.current);
  const others = data.filter((session) => !session.current).sort((a, b) => (a.last_active_at < b.last_active_at ? 1 : -1));
  const end = async (id: Id) => {
    setEnding(id);
    if (await attempt(endSession(id))) without(id);
    setEnding(null);
  };
  const endOthers = async () => {
    for (const { id } of others) {
      await endSession(id);
      without(id);
    }
  };
  return (
    <Blocks>
      <Block
        title={words.this}
        hint={words.hint}
        action={
          <IconButton label={words.refresh} busy={busy} onClick={again}>
            <RefreshCw />
          </IconButton>
        }
      >
        <ul className={parts.list}>
          {current.map((session) => (
            <li key={session.id}>
              <SessionRow session={session} />
            </li>
          ))}
        </ul>
      </Block>
      <Block
        title={words.others}
        hint={others.length === 0 ? words.noOthers : undefined}
        action={
          others.length > 1 && (
            <Button size="s" variant="danger" onClick={() => setEndingAll(true)}>
              {words.endOthers}
            </Button>
          )
        }
      >
        {others.length > 0 && (
          <ul className={parts.list}>
            {others.map((session) => (
              <li key={session.id}>
                <SessionRow session={session} busy={ending === session.id} onEnd={() => void end(session.id)} />
              </li>
            ))}
          </ul>
        )}
      </Block>
      {endingAll && (
        <ConfirmDialog
          danger
          title={words.endOthersTitle}
          body={words.endOthersBody}
          confirmLabel={words.endOthers}
          onConfirm={endOthers}
          errorText={(reason) => problemText(problemOf(reason))}
          onClose={() => setEndingAll(false)}
        />
      )}
    </Blocks>
  );
}

function SessionRow({ session, busy, onEnd }: { session: Session; busy?: boolean; onEnd?: () => void }) {
  const { browser, system, kind } = deviceOf(session.user_agent);
  const Icon = icons[kind];
  const name = words.device(browser, system);
  const known = [
    session.current ? null : words.active(ago(session.last_active_at)),
    session.ip && words.from(session.ip),
    words.since(day(session.created_at)),
  ];
  return (
    <Row
      icon={<Icon aria-hidden="true" />}
      title={
        <>
          <span title={session.user_agent ?? undefined}>{name}</span>
          {session.current && <span className={parts.tag}>{words.current}</span>}
        </>
      }
      hint={known.filter(Boolean).join(' · ')}
    >
      {onEnd && (
        <Button size="s" busy={busy} onClick={onEnd} aria-label={words.endOf(name)}>
          {words.end}
        </Button>
      )}
    </Row>
  );
}
