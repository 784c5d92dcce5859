import type { Id } from '@/state/state';

export function MemberList({ serverId }: { serverId: Id }) {
  return <div>{serverId}</div>;
}
