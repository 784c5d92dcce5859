import { Hash } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Redirect, useLocation } from 'wouter';
import { open } from '@/actions/messages';
import { openDialog, setDrawer } from '@/actions/view';
import { paths } from '@/app/paths';
import { ShellMenuButton } from '@/app/ShellMenuButton';
import { Nowhere } from '@/app/ShellStates';
import { conversations, startingChannel } from '@/app/shellPlaces';
import { useIsNarrow } from '@/app/useMedia';
import { Composer } from '@/composer/Composer';
import { MemberList } from '@/members/MemberList';
import { RecipientList } from '@/members/RecipientList';
import { MessageList } from '@/messages/MessageList';
import { PinsPanel } from '@/messages/PinsPanel';
import { TypingLine } from '@/messages/TypingLine';
import { SearchPanel } from '@/search/SearchPanel';
import { useServerPermissions } from '@/servers/ServerMenuItems';
import { channelName } from '@/state/names';
import { may, Permission } from '@/state/permissions';
import { changePlaces, getPlaces } from '@/state/places';
import type { Id, Panel } from '@/state/state';
import { useApp } from '@/state/store';
import { channels as strings } from '@/strings/channels';
import { shell } from '@/strings/shell';
import { Button } from '@/ui/Button';
import { cx } from '@/ui/cx';
import { Drawer } from '@/ui/Drawer';
import { EmptyState } from '@/ui/EmptyState';
import { ChannelHeader } from './ChannelHeader';
import styles from './ChannelView.module.css';

interface ChannelViewProps {
  /** Null for a conversation. */
  serverId: Id | null;
  channelId: Id | null;
  messageId: Id | null;
}

/** A channel: its header, its messages, where one writes, and a panel beside them. */
export function ChannelView({ serverId, channelId, messageId }: ChannelViewProps) {
  const isServerThere = useApp((state) => serverId === null || state.servers[serverId] !== undefined);
  const type = useApp((state) => {
    const channel = channelId ? state.channels[channelId] : undefined;
    return channel?.server_id === serverId ? channel.type : undefined;
  });
  const isText = type !== undefined && type !== 'voice' && type !== 'category';
  const shown = isText ? channelId : null;
  useEffect(() => {
    open(shown);
    if (shown) visited(serverId, shown);
  }, [shown, serverId]);
  // Only what was left behind closes: another view opens its own.
  useEffect(() => () => open(null), []);
  // What one was in has gone: deleted, left, or hidden. An address that never led anywhere is another matter.
  const wasInChannel = useWas(channelId, shown !== null);
  const wasInServer = useWas(serverId, isServerThere);
  if (!isServerThere) return wasInServer ? <Redirect to={paths.home} replace /> : <Nowhere />;
  if (wasInChannel && !shown) return <Redirect to={serverId ? paths.server(serverId) : paths.friends} replace />;
  if (shown) return <Conversation key={shown} channelId={shown} serverId={serverId} messageId={messageId} />;
  if (channelId || !serverId) return <Nowhere />;
  return <Entrance serverId={serverId} />;
}

/** Whether something was there before, since its ID is the one that is shown. */
function useWas(id: Id | null, isThere: boolean): boolean {
  const [seen, setSeen] = useState(isThere ? id : null);
  if (isThere && seen !== id) setSeen(id);
  return id !== null && seen === id;
}

function visited(serverId: Id | null, channelId: Id): void {
  changePlaces({ last: channelId, lastIn: { ...getPlaces().lastIn, [serverId ?? conversations]: channelId } });
}

/** A server without a channel in the address: leads to where one was. */
function Entrance({ serverId }: { serverId: Id }) {
  const channelId = useApp((state) => startingChannel(state, serverId));
  const mayManage = may(useServerPermissions(serverId), Permission.MANAGE_CHANNELS);
  if (channelId) return <Redirect to={paths.channel({ id: channelId, server_id: serverId })} replace />;
  return (
    <main className={styles.view} tabIndex={-1}>
      <div className={styles.bare}>
        <ShellMenuButton />
      </div>
      <EmptyState
        icon={<Hash />}
        level={1}
        className={styles.fill}
        title={shell.server.noChannels}
        body={mayManage ? shell.server.noChannelsYours : shell.server.noChannelsBody}
        action={
          mayManage && (
            <Button variant="primary" onClick={() => openDialog({ kind: 'create_channel', serverId, categoryId: null, type: 'text' })}>
              {shell.server.createChannel}
            </Button>
          )
        }
      />
    </main>
  );
}

function Conversation({ channelId, serverId, messageId }: { channelId: Id; serverId: Id | null; messageId: Id | null }) {
  const name = useApp((state) => {
    const channel = state.channels[channelId];
    return channel ? channelName(channel, strings.nobody) : '';
  });
  return (
    <div className={styles.view}>
      <ChannelHeader channelId={channelId} />
      <div className={styles.body}>
        <main className={styles.column} aria-label={strings.messages(name)}>
          <div id="messages" tabIndex={-1} className={styles.messages}>
            <MessageList channelId={channelId} messageId={messageId} />
          </div>
          <TypingLine channelId={channelId} />
          <Composer channelId={channelId} />
        </main>
        <SidePanel channelId={channelId} serverId={serverId} />
      </div>
    </div>
  );
}

const titles: Record<Exclude<Panel, null>, string> = { members: strings.members, search: strings.search, pins: strings.pins };

function SidePanel({ channelId, serverId }: { channelId: Id; serverId: Id | null }) {
  const panel = useApp((state) => state.view.panel);
  const isOut = useApp((state) => state.view.drawer === 'panel');
  const isNarrow = useIsNarrow();
  const isPair = useApp((state) => state.channels[channelId]?.type === 'dm');
  // What was shown goes out with the drawer.
  const [last, setLast] = useState(panel);
  if (panel && panel !== last) setLast(panel);
  const shown = isNarrow ? last : panel;
  if (!shown || (shown === 'members' && isPair)) return null;
  const content = <PanelContent panel={shown} channelId={channelId} serverId={serverId} />;
  if (isNarrow)
    return (
      <Drawer open={isOut} onClose={() => setDrawer(null)} side="right" label={titles[shown]} className={styles.drawer}>
        {content}
      </Drawer>
    );
  return (
    <aside aria-label={titles[shown]} className={cx(styles.panel, shown !== 'members' && styles.wide)}>
      {content}
    </aside>
  );
}

function PanelContent({ panel, channelId, serverId }: { panel: Exclude<Panel, null>; channelId: Id; serverId: Id | null }) {
  const [, navigate] = useLocation();
  switch (panel) {
    case 'members':
      return serverId ? <MemberList serverId={serverId} /> : <RecipientList channelId={channelId} />;
    case 'pins':
      return <PinsPanel channelId={channelId} onJump={(messageId) => navigate(paths.channel({ id: channelId, server_id: serverId }, messageId))} />;
    case 'search':
      return <SearchPanel channelId={channelId} serverId={serverId} onJump={() => setDrawer(null)} />;
  }
}
