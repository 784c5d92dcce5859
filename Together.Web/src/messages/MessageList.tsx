import type { Id } from '@/state/state';
import { useApp } from '@/state/store';

export function MessageList({ channelId }: { channelId: Id; messageId: Id | null }) {
  const window = useApp((state) => state.windows[channelId]);
  return <div>{window?.ids.length}</div>;
}
