import { CreateServerDialog } from '@/servers/CreateServerDialog';
import { InviteDialog } from '@/servers/InviteDialog';
import { JoinServerDialog } from '@/servers/JoinServerDialog';
import { useApp } from '@/state/store';

/** The one dialog that is open. */
export default function Dialogs() {
  const dialog = useApp((state) => state.view.dialog);
  switch (dialog?.kind) {
    case 'create_server':
      return <CreateServerDialog />;
    case 'join_server':
      return <JoinServerDialog />;
    case 'invite':
      return <InviteDialog serverId={dialog.serverId} />;
    default:
      return null;
  }
}
