import { CircleAlert, EyeOff } from 'lucide-react';
import { load } from '@/actions/messages';
import type { Problem } from '@/api/problem';
import type { Id, MessageWindow, WindowEdge } from '@/state/state';
import { messages as strings } from '@/strings/messages';
import { problemText } from '@/strings/problems';
import { Button } from '@/ui/Button';
import { EmptyState, ErrorState } from '@/ui/EmptyState';
import styles from './Edges.module.css';
import { Intro } from './Intro';
import { LoadingMessages, MessageSkeleton } from './MessageSkeleton';

/** Above the first message that is loaded: older ones on their way, why they do not come, or where the channel begins. */
export function Header({ channelId, page, isEmpty }: { channelId: Id; page: MessageWindow; isEmpty: boolean }) {
  const { problem, hasOlder, ids } = page;
  const retry = () => void load(channelId, ids.length > 0 ? 'older' : 'latest');
  if (problem?.code === 'missing_permissions')
    return <EmptyState icon={<EyeOff />} title={strings.noHistory} body={strings.noHistoryHint} className={styles.whole} />;
  if (problem && isEmpty) return <ErrorState title={strings.failed} body={problemText(problem)} onRetry={retry} retryLabel={strings.retry} />;
  if (isEmpty && (hasOlder || page.loading)) return <LoadingMessages />;
  if (!hasOlder) return <Intro channelId={channelId} isEmpty={isEmpty} />;
  return problem ? <Failure problem={problem} onRetry={retry} /> : <MessageSkeleton count={5} />;
}

/** Below the last message that is loaded, while there are newer ones. */
export function Footer({ channelId, page: { hasNewer, problem, ids } }: { channelId: Id; page: MessageWindow }) {
  if (!hasNewer || ids.length === 0) return null;
  const edge: WindowEdge = 'newer';
  return problem ? <Failure problem={problem} onRetry={() => void load(channelId, edge)} /> : <MessageSkeleton count={3} />;
}

function Failure({ problem, onRetry }: { problem: Problem; onRetry: () => void }) {
  return (
    <div role="alert" className={styles.failure}>
      <CircleAlert aria-hidden="true" />
      <div>
        <strong>{strings.failed}</strong>
        <p>{problemText(problem)}</p>
      </div>
      <Button size="s" onClick={onRetry}>
        {strings.retry}
      </Button>
    </div>
  );
}
