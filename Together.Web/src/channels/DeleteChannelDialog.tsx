import { deleteChannel } from '@/actions/channels';
import { closeDialog } from '@/actions/view';
import { problemOf } from '@/api/problem';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { channels as strings } from '@/strings/channels';
import { problemText } from '@/strings/problems';
import { ConfirmDialog } from '@/ui/ConfirmDialog';

const words = strings.delete;

export function DeleteChannelDialog({ channelId }: { channelId: Id }) {
  const channel = useApp((state) => state.channels[channelId]);
  if (!channel) return null;
  const isCategory = channel.type === 'category';
  const name = channel.type === 'text' ? `#${channel.name}` : (channel.name ?? '');
  return (
    <ConfirmDialog
      danger
      title={words.title(name)}
      body={isCategory ? words.categoryBody : words.body}
      confirmLabel={words.confirm}
      onConfirm={() => deleteChannel(channelId)}
      errorText={(reason) => problemText(problemOf(reason))}
      onClose={closeDialog}
    />
  );
}
