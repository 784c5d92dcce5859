import { DndContext, type UniqueIdentifier } from '@dnd-kit/core';
import { SortableContext, useSortable, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { CSS } from '@dnd-kit/utilities';
import { ArrowDown, ArrowUp, Compass, MessagesSquare, Plus } from 'lucide-react';
import { memo, useCallback, useMemo } from 'react';
import { Link, useRoute } from 'wouter';
import { openDialog } from '@/actions/view';
import { paths } from '@/app/paths';
import { useReordering } from '@/app/reordering';
import { conversationsPath } from '@/app/shellPlaces';
import { inOrder, moved } from '@/channels/order';
import { attentions } from '@/state/attention';
import { changePlaces, usePlaces } from '@/state/places';
import type { Id } from '@/state/state';
import { store, useApp } from '@/state/store';
import { shell } from '@/strings/shell';
import { ServerIcon } from '@/ui/Avatar';
import { Badge } from '@/ui/Badge';
import { ContextMenu } from '@/ui/ContextMenu';
import { cx } from '@/ui/cx';
import { IconButton } from '@/ui/IconButton';
import { Menu, MenuItem, MenuSeparator } from '@/ui/Menu';
import { tooltipAttributes } from '@/ui/Tooltip';
import { VisuallyHidden } from '@/ui/VisuallyHidden';
import { ServerMenuItems } from './ServerMenuItems';
import styles from './ServerRail.module.css';

const nameOf = (id: UniqueIdentifier) => store.getState().servers[String(id)]?.name ?? '';

/** One's conversations and servers. */
export function ServerRail() {
  const ids = useServerIds();
  const reordering = useReordering(nameOf, (id, overId) => changePlaces({ serverOrder: moved(ids, ids.indexOf(id), ids.indexOf(overId)) }));
  return (
    <div className={styles.rail}>
      <Conversations />
      <hr className={styles.line} />
      <DndContext {...reordering}>
        <SortableContext items={ids} strategy={verticalListSortingStrategy}>
          <ContextMenu
            items={(target) => {
              const id = serverAt(target);
              return id && <RailMenu serverId={id} ids={ids} />;
            }}
          >
            <ul className={styles.servers} aria-label={shell.servers}>
              {ids.map((id) => (
                <ServerLink key={id} serverId={id} />
              ))}
            </ul>
          </ContextMenu>
        </SortableContext>
      </DndContext>
      <Menu
        side="right"
        trigger={
          <IconButton label={shell.addServer} size="l" tooltipSide="right" className={styles.add}>
            <Plus />
          </IconButton>
        }
      >
        <MenuItem icon={<Plus />} onSelect={() => openDialog({ kind: 'create_server' })}>
          {shell.createServer}
        </MenuItem>
        <MenuItem icon={<Compass />} onSelect={() => openDialog({ kind: 'join_server' })}>
          {shell.joinServer}
        </MenuItem>
      </Menu>
    </div>
  );
}

function useServerIds(): Id[] {
  const servers = useApp((state) => state.servers);
  const order = usePlaces((places) => places.serverOrder);
  const ids = useMemo(() => inOrder(Object.values(servers), order).map(({ id }) => id), [servers, order]);
  const key = ids.join();
  // The same servers in the same order are the same list, whatever else changed in them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: as above
  return useMemo(() => ids, [key]);
}

function serverAt(target: Element): Id | null {
  return target.closest<HTMLElement>('[data-server]')?.dataset.server ?? null;
}

function Conversations() {
  const { mentions, unread } = useApp((state) => attentions(state).conversations);
  const requests = useApp((state) => Object.values(state.relationships).filter(({ type }) => type === 'incoming').length);
  const href = useApp(conversationsPath);
  const [onFriends] = useRoute(paths.friends);
  const [onChannel] = useRoute('/conversations/*');
  const isActive = onFriends || onChannel;
  const count = mentions + requests;
  return (
    <div className={cx(styles.place, isActive && styles.active, unread && styles.unread)}>
      <Link
        href={href}
        className={styles.home}
        aria-current={isActive ? 'page' : undefined}
        aria-label={shell.conversations}
        {...tooltipAttributes(shell.conversations, 'right')}
      >
        <MessagesSquare />
      </Link>
      <Badge count={count} label={shell.mentions(count)} className={styles.badge} />
    </div>
  );
}

const ServerLink = memo(function ServerLink({ serverId }: { serverId: Id }) {
  const name = useApp((state) => state.servers[serverId]?.name ?? '');
  const iconUrl = useApp((state) => state.servers[serverId]?.icon_url ?? null);
  const unread = useApp((state) => attentions(state).servers[serverId]?.unread ?? false);
  const mentions = useApp((state) => attentions(state).servers[serverId]?.mentions ?? 0);
  const [isActive] = useRoute(`/servers/${serverId}/*?`);
  const { attributes, listeners, setNodeRef, transform, transition, isDragging } = useSortable({ id: serverId });
  return (
    <li
      ref={setNodeRef}
      data-server={serverId}
      className={cx(styles.place, isActive && styles.active, unread && styles.unread, isDragging && styles.dragged)}
      style={{ transform: CSS.Translate.toString(transform), transition }}
    >
      <Link
        href={paths.server(serverId)}
        className={styles.server}
        draggable={false}
        aria-current={isActive ? 'page' : undefined}
        aria-describedby={attributes['aria-describedby']}
        {...listeners}
        {...tooltipAttributes(name, 'right')}
      >
        <ServerIcon id={serverId} name={name} url={iconUrl} size={46} />
        <VisuallyHidden>
          <bdi>{name}</bdi>
          {unread && `, ${shell.unreadMessages}`}
        </VisuallyHidden>
      </Link>
      <Badge count={mentions} label={shell.mentions(mentions)} className={styles.badge} />
    </li>
  );
});

function RailMenu({ serverId, ids }: { serverId: Id; ids: Id[] }) {
  const move = useCallback((from: number, to: number) => changePlaces({ serverOrder: moved(ids, from, to) }), [ids]);
  const at = ids.indexOf(serverId);
  return (
    <>
      <ServerMenuItems serverId={serverId} />
      <MenuSeparator />
      <MenuItem icon={<ArrowUp />} disabled={at === 0} onSelect={() => move(at, at - 1)}>
        {shell.move.up}
      </MenuItem>
      <MenuItem icon={<ArrowDown />} disabled={at === ids.length - 1} onSelect={() => move(at, at + 1)}>
        {shell.move.down}
      </MenuItem>
    </>
  );
}
