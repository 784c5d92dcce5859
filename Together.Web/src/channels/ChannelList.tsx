import { DndContext, type UniqueIdentifier } from '@dnd-kit/core';
import { SortableContext, verticalListSortingStrategy } from '@dnd-kit/sortable';
import { ChevronDown, UserPlus } from 'lucide-react';
import { useMemo } from 'react';
import { useRoute } from 'wouter';
import { placeChannels } from '@/actions/channels';
import { openDialog } from '@/actions/view';
import { attempt } from '@/app/attempt';
import { useReordering } from '@/app/reordering';
import { ServerMenuItems, useServerPermissions } from '@/servers/ServerMenuItems';
import { attentions } from '@/state/attention';
import { rememberedGroups } from '@/state/channels';
import { may, Permission } from '@/state/permissions';
import { usePlaces } from '@/state/places';
import type { Id } from '@/state/state';
import { store, useApp, useAppShallow } from '@/state/store';
import { shell } from '@/strings/shell';
import { ContextMenu } from '@/ui/ContextMenu';
import { IconButton } from '@/ui/IconButton';
import { Menu } from '@/ui/Menu';
import styles from './ChannelList.module.css';
import { ChannelMenu } from './ChannelMenu';
import { CategoryRow, ChannelRow } from './ChannelRows';
import { drop, rowsOf } from './order';

const nameOf = (id: UniqueIdentifier) => store.getState().channels[String(id)]?.name ?? '';

/** A server's name and channels. */
export function ChannelList({ serverId }: { serverId: Id }) {
  const isThere = useApp((state) => state.servers[serverId] !== undefined);
  if (!isThere) return <div className={styles.list} />;
  return (
    <>
      <ServerHeader serverId={serverId} />
      <Channels serverId={serverId} />
    </>
  );
}

function ServerHeader({ serverId }: { serverId: Id }) {
  const name = useApp((state) => state.servers[serverId]?.name ?? '');
  const mask = useServerPermissions(serverId);
  return (
    <div className={styles.header}>
      <Menu
        trigger={
          <button type="button" className={styles.server}>
            <h2 className={styles.name}>
              <bdi>{name}</bdi>
            </h2>
            <ChevronDown aria-hidden="true" className={styles.chevron} />
          </button>
        }
      >
        <ServerMenuItems serverId={serverId} />
      </Menu>
      {may(mask, Permission.CREATE_INVITE) && (
        <IconButton label={shell.server.invite} tooltipSide="bottom" onClick={() => openDialog({ kind: 'invite', serverId })}>
          <UserPlus />
        </IconButton>
      )}
    </div>
  );
}

function Channels({ serverId }: { serverId: Id }) {
  const [, params] = useRoute('/servers/:serverId/:channelId/*?');
  const activeId = params?.channelId ?? null;
  const mayManage = may(useServerPermissions(serverId), Permission.MANAGE_CHANNELS);
  const groupsOf = useMemo(rememberedGroups, []);
  const groups = useApp((state) => groupsOf(state.channels, serverId));
  const closedList = usePlaces((places) => places.closed);
  const closed = useMemo(() => new Set(closedList), [closedList]);
  // The one that is open shows anyway; it calls for a moment with every message.
  const calling = useAppShallow((state) =>
    groups.flatMap(({ channels }) => channels.filter(({ id }) => id !== activeId && calls(attentions(state).channels[id])).map(({ id }) => id)),
  );
  const rows = useMemo(() => rowsOf(groups, closed, (id) => id === activeId || calling.includes(id)), [groups, closed, calling, activeId]);
  const key = rows.map(({ id }) => id).join();
  const ids = useMemo(() => (key ? key.split(',') : []), [key]);
  const place = (id: Id, overId: Id) => {
    const places = drop(groups, rows, id, overId);
    if (places.length > 0) void attempt(placeChannels(serverId, places));
  };
  const reordering = useReordering(nameOf, place);
  const menu = (target: Element) => {
    const id = target.closest<HTMLElement>('[data-channel]')?.dataset.channel ?? null;
    const at = id ? ids.indexOf(id) : -1;
    const beside = (step: number) => {
      const other = ids[at + step];
      return id && other && mayManage ? () => place(id, other) : undefined;
    };
    return <ChannelMenu serverId={serverId} channelId={id} onUp={beside(-1)} onDown={beside(1)} />;
  };

  return (
    <DndContext {...reordering}>
      <SortableContext items={ids} strategy={verticalListSortingStrategy}>
        <ContextMenu items={menu}>
          <ul className={styles.list} aria-label={shell.channels}>
            {rows.map((row) =>
              row.kind === 'category' ? (
                <CategoryRow key={row.id} channelId={row.id} isOpen={!closed.has(row.id)} mayManage={mayManage} />
              ) : (
                <ChannelRow key={row.id} channelId={row.id} isActive={row.id === activeId} mayManage={mayManage} />
              ),
            )}
          </ul>
        </ContextMenu>
      </SortableContext>
    </DndContext>
  );
}

function calls(own: { unread: boolean; mentions: number } | undefined): boolean {
  return own !== undefined && (own.unread || own.mentions > 0);
}
