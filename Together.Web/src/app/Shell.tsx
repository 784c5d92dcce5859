import { lazy, Suspense } from 'react';
import { Redirect, Route, Switch } from 'wouter';
import { ChannelList } from '@/channels/ChannelList';
import { ChannelView } from '@/channels/ChannelView';
import { FriendsView } from '@/friends/FriendsView';
import { PrivateList } from '@/friends/PrivateList';
import { ServerRail } from '@/servers/ServerRail';
import { useApp } from '@/state/store';
import { app } from '@/strings/app';
import { paths } from './paths';
import styles from './Shell.module.css';
import { Starting } from './Starting';

const Dialogs = lazy(() => import('./Dialogs'));
const InviteView = lazy(() => import('@/servers/InviteView'));

/** All that is there once somebody is logged in: servers, channels, and what is said in one of them. */
export default function Shell() {
  return (
    <Suspense fallback={<Starting />}>
      <Switch>
        <Route path="/invite/:code">{({ code }) => <InviteView code={code} />}</Route>
        <Route>
          <Places />
        </Route>
      </Switch>
    </Suspense>
  );
}

function Places() {
  const hasDialog = useApp((state) => state.view.dialog !== null);
  return (
    <div className={styles.shell}>
      <nav className={styles.navigation} aria-label={app.navigation}>
        <ServerRail />
        <Switch>
          <Route path="/servers/:serverId/*?">{({ serverId }) => <ChannelList serverId={serverId} />}</Route>
          <Route>
            <PrivateList />
          </Route>
        </Switch>
      </nav>
      <Switch>
        <Route<{ serverId: string; channelId?: string; messageId?: string }> path="/servers/:serverId/:channelId?/:messageId?">
          {({ serverId, channelId, messageId }) => <ChannelView serverId={serverId} channelId={channelId ?? null} messageId={messageId ?? null} />}
        </Route>
        <Route path="/conversations/:channelId/:messageId?">
          {({ channelId, messageId }) => <ChannelView serverId={null} channelId={channelId} messageId={messageId ?? null} />}
        </Route>
        <Route path={paths.friends}>
          <FriendsView />
        </Route>
        <Route>
          <Redirect to={paths.friends} replace />
        </Route>
      </Switch>
      {hasDialog && (
        <Suspense>
          <Dialogs />
        </Suspense>
      )}
    </div>
  );
}
