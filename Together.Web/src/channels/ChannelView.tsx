import { useEffect } from 'react';
import { open } from '@/actions/messages';
import { Composer } from '@/composer/Composer';
import { MessageList } from '@/messages/MessageList';
import type { Id } from '@/state/state';

/** A channel: its header, its messages, where one writes, and a panel beside them. */
export function ChannelView({ channelId, messageId }: { serverId: Id | null; channelId: Id | null; messageId: Id | null }) {
  useEffect(() => open(channelId), [channelId]);
  if (!channelId) return <main />;
  return (
    <main>
      <MessageList channelId={channelId} messageId={messageId} />
      <Composer channelId={channelId} />
    </main>
  );
}
