export function ChannelList({ serverId }: { serverId: string }) {
  return <div>{serverId}</div>;
}
