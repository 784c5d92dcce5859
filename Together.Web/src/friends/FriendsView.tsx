import { SquarePen, Users } from 'lucide-react';
import { useState } from 'react';
import { openDialog } from '@/actions/view';
import { ShellMenuButton } from '@/app/ShellMenuButton';
import { store, useApp } from '@/state/store';
import { friends as strings } from '@/strings/friends';
import { Badge } from '@/ui/Badge';
import { IconButton } from '@/ui/IconButton';
import { Tabs } from '@/ui/Tabs';
import { AddFriend } from './AddFriend';
import { Blocked } from './Blocked';
import { FriendList } from './FriendList';
import styles from './FriendsView.module.css';
import { incomingRequests } from './people';
import { Requests } from './Requests';

type Tab = keyof typeof strings.tabs;

/** Friends, who asked to be one, and who is blocked. */
export function FriendsView() {
  const requests = useApp(incomingRequests);
  const [tab, setTab] = useState<Tab>(() => (incomingRequests(store.getState()) > 0 ? 'pending' : 'online'));
  const add = () => setTab('add');
  const items = [
    { value: 'online' as const, label: strings.tabs.online, content: <FriendList onlyOnline onAdd={add} onAll={() => setTab('all')} /> },
    { value: 'all' as const, label: strings.tabs.all, content: <FriendList onAdd={add} /> },
    {
      value: 'pending' as const,
      label: (
        <>
          {strings.tabs.pending}
          <Badge count={requests} label={strings.requests(requests)} />
        </>
      ),
      content: <Requests onAdd={add} />,
    },
    { value: 'blocked' as const, label: strings.tabs.blocked, content: <Blocked /> },
    { value: 'add' as const, label: <span className={styles.add}>{strings.tabs.add}</span>, content: <AddFriend /> },
  ];
  return (
    <main className={styles.view} tabIndex={-1}>
      <header className={styles.header}>
        <ShellMenuButton />
        <Users aria-hidden="true" className={styles.icon} />
        <h1 className={styles.title}>{strings.friends}</h1>
        <IconButton label={strings.newConversation} tooltipSide="bottom" onClick={() => openDialog({ kind: 'new_conversation' })}>
          <SquarePen />
        </IconButton>
      </header>
      <Tabs label={strings.views} items={items} value={tab} onChange={setTab} className={styles.tabs} />
    </main>
  );
}
