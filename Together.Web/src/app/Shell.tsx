import { lazy, Suspense, useEffect } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { setDrawer } from '@/actions/view';
import { ChannelList } from '@/channels/ChannelList';
import { ChannelView } from '@/channels/ChannelView';
import { useChannelKeys } from '@/channels/useChannelKeys';
import { FriendsView } from '@/friends/FriendsView';
import { PrivateList } from '@/friends/PrivateList';
import { notifyOfMessages } from '@/notifications/notify';
import { ServerRail } from '@/servers/ServerRail';
import { useApp } from '@/state/store';
import { app } from '@/strings/app';
import { Drawer } from '@/ui/Drawer';
import { paths } from './paths';
import { rememberRecent } from './recent';
import styles from './Shell.module.css';
import { ShellBanner } from './ShellBanner';
import { ShellFooter } from './ShellFooter';
import { ShellSkeleton } from './ShellSkeleton';
import { Nowhere } from './ShellStates';
import { startingPath } from './shellPlaces';
import { listenToShortcuts } from './shortcuts';
import { useIsPhone } from './useMedia';
import { useShellTitle } from './useShellTitle';

const Dialogs = lazy(() => import('./Dialogs'));
const InviteView = lazy(() => import('@/servers/InviteView'));

/** All that is there once somebody is logged in: servers, channels, and what is said in one of them. */
export default function Shell() {
  const wasReady = useApp((state) => state.connection.wasReady);
  return (
    <Suspense fallback={<ShellSkeleton />}>
      <Switch>
        <Route path="/invite/:code">{({ code }) => <InviteView code={code} />}</Route>
        <Route>{wasReady ? <ReadyShell /> : <ShellSkeleton />}</Route>
      </Switch>
    </Suspense>
  );
}

function ReadyShell() {
  const isPhone = useIsPhone();
  const hasDialog = useApp((state) => state.view.dialog !== null);
  const [location] = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has chosen a place wants to see it
  useEffect(() => setDrawer(null), [location]);
  useShellTitle();
  useChannelKeys();
  useEffect(listenToShortcuts, []);
  useEffect(rememberRecent, []);
  useEffect(notifyOfMessages, []);
  return (
    <div className={styles.shell}>
      <button type="button" className={styles.skip} onClick={skip}>
        {app.skipToMessages}
      </button>
      <ShellBanner />
      <div className={styles.columns}>
        {isPhone ? <NavigationDrawer /> : <Navigation />}
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
          <Route path={paths.home}>
            <Home />
          </Route>
          <Route path={paths.login}>
            <Home />
          </Route>
          <Route path={paths.register}>
            <Home />
          </Route>
          <Route>
            <Nowhere />
          </Route>
        </Switch>
      </div>
      {hasDialog && (
        <Suspense>
          <Dialogs />
        </Suspense>
      )}
    </div>
  );
}

function skip(): void {
  const target = document.getElementById('messages') ?? document.querySelector('main');
  target?.focus();
}

function Home() {
  const path = useApp(startingPath);
  return <Redirect to={path} replace />;
}

function Navigation() {
  return (
    <nav className={styles.navigation} aria-label={app.navigation}>
      <ServerRail />
      <div className={styles.sidebar}>
        <Switch>
          <Route<{ serverId: string }> path="/servers/:serverId/*?">{({ serverId }) => <ChannelList serverId={serverId} />}</Route>
          <Route>
            <PrivateList />
          </Route>
        </Switch>
        <ShellFooter />
      </div>
    </nav>
  );
}

function NavigationDrawer() {
  const isOpen = useApp((state) => state.view.drawer === 'navigation');
  return (
    <Drawer
      open={isOpen}
      onClose={() => setDrawer(null)}
      onOpen={() => setDrawer('navigation')}
      side="left"
      label={app.navigation}
      className={styles.drawer}
    >
      <Navigation />
    </Drawer>
  );
}
