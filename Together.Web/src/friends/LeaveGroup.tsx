import { useLocation } from 'wouter';
import { deleteChannel } from '@/actions/channels';
import { problemOf } from '@/api/problem';
import { paths } from '@/app/paths';
import { channelName } from '@/state/names';
import type { Id } from '@/state/state';
import { useApp } from '@/state/store';
import { friends as strings } from '@/strings/friends';
import { problemText } from '@/strings/problems';
import { ConfirmDialog } from '@/ui/ConfirmDialog';

/** Asks before one leaves a group. */
export function LeaveGroup({ channelId, onClose }: { channelId: Id; onClose: () => void }) {
  const channel = useApp((state) => state.channels[channelId]);
  const isOpen = useApp((state) => state.openChannel === channelId);
  const [, navigate] = useLocation();
  const name = channel ? channelName(channel, strings.nobody) : '';
  const leave = async () => {
    await deleteChannel(channelId);
    if (isOpen) navigate(paths.friends);
  };
  return (
    <ConfirmDialog
      danger
      title={strings.leaveTitle(name)}
      body={channel?.recipients.length === 0 ? strings.leaveAlone : strings.leaveBody}
      confirmLabel={strings.leaveConfirm}
      onConfirm={leave}
      onClose={onClose}
      errorText={(reason) => problemText(problemOf(reason))}
    />
  );
}
