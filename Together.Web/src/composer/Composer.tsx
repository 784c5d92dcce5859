import type { Id } from '@/state/state';

export function Composer({ channelId }: { channelId: Id }) {
  return <div>{channelId}</div>;
}
