import { Pin, PinOff, X } from 'lucide-react';
import { useEffect, useState } from 'react';
import { pins } from '@/actions/messageDetails';
import { pin } from '@/actions/messages';
import { setDrawer, togglePanel } from '@/actions/view';
import { type Problem, problemOf } from '@/api/problem';
import type { Message } from '@/contracts';
import { Markdown } from '@/markdown/Markdown';
import { MentionContext } from '@/markdown/mentions';
import { channelPermissions } from '@/state/permissions';
import type { Id } from '@/state/state';
import { store, useApp } from '@/state/store';
import { messages as strings } from '@/strings/messages';
import { problemText } from '@/strings/problems';
import { Avatar } from '@/ui/Avatar';
import { Button } from '@/ui/Button';
import { EmptyState, ErrorState } from '@/ui/EmptyState';
import { IconButton } from '@/ui/IconButton';
import { Loading } from '@/ui/Skeleton';
import { toast } from '@/ui/toast';
import { mentionsOf, useMentionable, useName } from './conversation';
import { MessageSkeleton } from './MessageSkeleton';
import styles from './PinsPanel.module.css';
import { mayUnpin } from './permitted';
import { timesOf } from './rows';
import { dateAndClock, fullDate } from './times';

export interface PinsPanelProps {
  channelId: Id;
  onJump: (messageId: Id) => void;
}

/** What was pinned in a channel, the last one first. */
export function PinsPanel({ channelId, onJump }: PinsPanelProps) {
  const [list, setList] = useState<{ channelId: Id; messages: Message[] } | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [attempt, setAttempt] = useState(0);
  const serverId = useApp((state) => state.channels[channelId]?.server_id ?? null);
  const canUnpin = useApp((state) => mayUnpin(state.channels[channelId], channelPermissions(state, state.channels[channelId])));
  const mentionable = useMentionable(serverId, nobody);
  const pinned = useApp((state) => pinsIn(state.windows[channelId]?.byId));

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is pinned has changed, or one tries again
  useEffect(() => {
    let isShown = true;
    setProblem(null);
    pins(channelId).then(
      (messages) => isShown && setList({ channelId, messages }),
      (error) => isShown && setProblem(problemOf(error)),
    );
    return () => {
      isShown = false;
    };
  }, [channelId, pinned, attempt]);

  const unpin = async (message: Message) => {
    try {
      await pin(channelId, message.id, false);
      setList((known) => known && { ...known, messages: known.messages.filter(({ id }) => id !== message.id) });
    } catch (error) {
      toast.show({ title: problemText(problemOf(error)), tone: 'error' });
    }
  };

  const shown = list?.channelId === channelId ? list.messages : null;
  return (
    <section className={styles.panel} aria-label={strings.pins}>
      <header className={styles.header}>
        <h2 className={styles.title}>{strings.pins}</h2>
        <IconButton label={strings.closePins} tooltipSide="bottom" onClick={close}>
          <X />
        </IconButton>
      </header>
      {problem && !shown ? (
        <ErrorState title={strings.pinsFailed} body={problemText(problem)} onRetry={() => setAttempt(attempt + 1)} />
      ) : !shown ? (
        <Loading label={strings.loading}>
          <MessageSkeleton count={4} />
        </Loading>
      ) : shown.length === 0 ? (
        <EmptyState icon={<Pin />} title={strings.noPins} body={strings.noPinsHint} />
      ) : (
        <MentionContext value={mentionable}>
          <ul className={styles.list}>
            {shown.map((message) => (
              <Pinned key={message.id} message={message} serverId={serverId} onJump={onJump} onUnpin={canUnpin ? unpin : undefined} />
            ))}
          </ul>
        </MentionContext>
      )}
    </section>
  );
}

interface PinnedProps {
  message: Message;
  serverId: Id | null;
  onJump: (messageId: Id) => void;
  onUnpin?: (message: Message) => Promise<void>;
}

function Pinned({ message, serverId, onJump, onUnpin }: PinnedProps) {
  const name = useName(message.author, serverId);
  const avatar = useApp((state) => (state.users[message.author.id] ?? message.author).avatar_url);
  const { at } = timesOf(message);
  return (
    <li className={styles.pin} aria-label={strings.pinBy(name)}>
      <div className={styles.about}>
        <Avatar id={message.author.id} name={name} url={avatar} size={24} />
        <bdi className={styles.name}>{name}</bdi>
        <time dateTime={message.created_at} title={fullDate(at)} className={styles.time}>
          {dateAndClock(at)}
        </time>
      </div>
      <div className={styles.content}>
        {message.content && <Markdown content={message.content} mentions={mentionsOf(message)} />}
        {message.attachments.map(({ id, filename }) => (
          <bdi key={id} className={styles.file}>
            {filename}
          </bdi>
        ))}
      </div>
      <div className={styles.actions}>
        <Button size="s" onClick={() => onJump(message.id)}>
          {strings.jump}
        </Button>
        {onUnpin && (
          <IconButton size="s" label={strings.unpin} onClick={() => void onUnpin(message)}>
            <PinOff />
          </IconButton>
        )}
      </div>
    </li>
  );
}

/** Another text whenever something that is loaded was pinned or unpinned. */
function pinsIn(messages: Record<Id, Message> | undefined): string {
  let ids = '';
  for (const id in messages) if (messages[id]?.pinned) ids += id;
  return ids;
}

function close(): void {
  if (store.getState().view.drawer === 'panel') setDrawer(null);
  else togglePanel('pins');
}

function nobody(): void {}
