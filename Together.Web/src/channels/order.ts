import type { ChannelGroup } from '@/state/channels';
import type { Id } from '@/state/state';

/** Where a channel or category stands. */
export interface ChannelPlace {
  id: Id;
  /** From 0, within its category; a category's among the categories. */
  position: number;
  category_id: Id | null;
}

export type ChannelRow =
  | { kind: 'category'; id: Id }
  /** `groupId` is null for what is in no category. */
  | { kind: 'channel'; id: Id; groupId: Id | null };

/**
 * The rows of the list, from above.
 * @param isShown whether a channel shows although its category is closed
 */
export function rowsOf(groups: readonly ChannelGroup[], closed: ReadonlySet<Id>, isShown: (channelId: Id) => boolean): ChannelRow[] {
  return groups.flatMap(({ category, channels }) => {
    const shown = category && closed.has(category.id) ? channels.filter(({ id }) => isShown(id)) : channels;
    const rows: ChannelRow[] = shown.map(({ id }) => ({ kind: 'channel', id, groupId: category?.id ?? null }));
    return category ? [{ kind: 'category', id: category.id }, ...rows] : rows;
  });
}

/** Moves one item of a list to where another one is. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const rest = list.filter((_, index) => index !== from);
  const item = list[from];
  return item === undefined ? rest : [...rest.slice(0, to), item, ...rest.slice(to)];
}

/**
 * What changes its place when a row is dropped where another one is. Nothing when that is where it stands.
 * @param rows what was on screen: of closed categories it may lack channels
 */
export function drop(groups: readonly ChannelGroup[], rows: readonly ChannelRow[], activeId: Id, overId: Id): ChannelPlace[] {
  const from = rows.findIndex(({ id }) => id === activeId);
  const to = rows.findIndex(({ id }) => id === overId);
  const active = rows[from];
  if (!active || to < 0 || from === to) return [];
  return active.kind === 'category' ? dropCategory(groups, rows, active.id, to, from) : dropChannel(groups, moved(rows, from, to), active.id, to);
}

function dropCategory(groups: readonly ChannelGroup[], rows: readonly ChannelRow[], id: Id, to: number, from: number): ChannelPlace[] {
  const over = rows[to];
  const overId = over?.kind === 'channel' ? over.groupId : over?.id;
  const order = groups.flatMap(({ category }) => category ?? []);
  const before = order.findIndex((category) => category.id === id);
  // Above the categories there is nowhere to be but in front of the first.
  const target = overId ? order.findIndex((category) => category.id === overId) : 0;
  if (before < 0 || target < 0 || before === target || (overId === null && from < to)) return [];
  return moved(order, before, target).flatMap((category, position) =>
    category.position === position ? [] : [{ id: category.id, position, category_id: null }],
  );
}

function dropChannel(groups: readonly ChannelGroup[], rows: readonly ChannelRow[], id: Id, index: number): ChannelPlace[] {
  const above = rows[index - 1];
  const groupId = above ? (above.kind === 'category' ? above.id : above.groupId) : null;
  const channel = groups.flatMap(({ channels }) => channels).find((one) => one.id === id);
  const group = groups.find(({ category }) => (category?.id ?? null) === groupId);
  if (!channel || !group) return [];
  const others = group.channels.filter((one) => one.id !== id);
  const after = above?.kind === 'channel' ? others.findIndex((one) => one.id === above.id) + 1 : 0;
  const order = [...others.slice(0, after), channel, ...others.slice(after)];
  return order.flatMap((one, position) =>
    one.position === position && one.category_id === groupId ? [] : [{ id: one.id, position, category_id: groupId }],
  );
}

/** The channel before or after another one in a list that goes round; the first or last when there is none to start from. */
export function neighbour(ids: readonly Id[], current: Id | null, step: 1 | -1, isWanted: (id: Id) => boolean = () => true): Id | null {
  const start = current ? ids.indexOf(current) : -1;
  for (let distance = 1; distance <= ids.length; distance++) {
    const at = start < 0 ? (step > 0 ? distance - 1 : ids.length - distance) : (start + step * distance + ids.length * 2) % ids.length;
    const id = ids[at];
    if (id && id !== current && isWanted(id)) return id;
  }
  return null;
}

/** Things that a person has put in an order of their own; what came since stands behind, as it came. */
export function inOrder<T extends { id: Id }>(items: readonly T[], order: readonly Id[]): T[] {
  const place = new Map(order.map((id, index) => [id, index]));
  const at = ({ id }: T) => place.get(id) ?? order.length;
  return [...items].sort((a, b) => at(a) - at(b) || (a.id < b.id ? -1 : 1));
}
