import { lazy } from 'react';
import { CreateChannelDialog } from '@/channels/CreateChannelDialog';
import { DeleteChannelDialog } from '@/channels/DeleteChannelDialog';
import { EditChannelDialog } from '@/channels/EditChannelDialog';
import { EditGroupDialog } from '@/friends/EditGroupDialog';
import { NewConversationDialog } from '@/friends/NewConversationDialog';
import { StatusDialog } from '@/friends/StatusDialog';
import { ModerateDialog } from '@/members/ModerateDialog';
import { CreateServerDialog } from '@/servers/CreateServerDialog';
import { InviteDialog } from '@/servers/InviteDialog';
import { JoinServerDialog } from '@/servers/JoinServerDialog';
import { DeleteServerDialog, LeaveServerDialog } from '@/servers/LeaveServerDialog';
import { useApp } from '@/state/store';
import { QuickSwitcher } from './QuickSwitcher';

const ServerSettings = lazy(() => import('@/servers/settings/ServerSettings'));
const UserSettings = lazy(() => import('@/settings/UserSettings'));

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
    case 'leave_server':
      return <LeaveServerDialog serverId={dialog.serverId} />;
    case 'delete_server':
      return <DeleteServerDialog serverId={dialog.serverId} />;
    case 'create_channel':
      return <CreateChannelDialog serverId={dialog.serverId} categoryId={dialog.categoryId} type={dialog.type} />;
    case 'edit_channel':
      return <EditChannelDialog channelId={dialog.channelId} />;
    case 'delete_channel':
      return <DeleteChannelDialog channelId={dialog.channelId} />;
    case 'moderate':
      return <ModerateDialog action={dialog.action} serverId={dialog.serverId} userId={dialog.userId} />;
    case 'quick_switcher':
      return <QuickSwitcher />;
    case 'status':
      return <StatusDialog />;
    case 'new_conversation':
      return <NewConversationDialog />;
    case 'edit_group':
      return <EditGroupDialog key={dialog.channelId} channelId={dialog.channelId} />;
    case 'server_settings':
      return <ServerSettings serverId={dialog.serverId} section={dialog.section} />;
    case 'user_settings':
      return <UserSettings section={dialog.section} />;
    default:
      return null;
  }
}
