import { problemText } from '@/strings/problems';
import { serverSettings } from '@/strings/serverSettings';
import { Button } from '@/ui/Button';
import parts from './parts.module.css';
import type { Paged } from './usePaged';

/** Below a list that goes on. */
export function MoreButton<T>({ paged }: { paged: Paged<T> }) {
  if (!paged.data?.hasMore) return null;
  return (
    <div className={parts.more}>
      <div role="alert">{paged.moreProblem && <p className={parts.trouble}>{problemText(paged.moreProblem)}</p>}</div>
      <Button busy={paged.loadingMore} onClick={paged.more}>
        {serverSettings.loadMore}
      </Button>
    </div>
  );
}
