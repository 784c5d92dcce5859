import type { AuditChange, AuditEntry, Overwrite } from '@/contracts';
import { Permission } from '@/state/permissions';
import type { Id } from '@/state/state';
import { type PermissionName, permissionWords } from '@/strings/permissions';
import { serverSettings } from '@/strings/serverSettings';

const words = serverSettings.audit;
const { did } = words;

/** What things are called now; null for what is not known any more. */
export interface AuditNames {
  user: (id: Id) => string | null;
  role: (id: Id) => string | null;
  channel: (id: Id) => string | null;
  time: (at: string) => string;
}

/** People's text keeps its direction to itself (Unicode's first strong isolate). */
const isolated = (text: string) => `\u2068${text}\u2069`;

const change = ({ changes }: AuditEntry, key: string): AuditChange | undefined => changes.find((one) => one.key === key);
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const ids = (value: unknown): Id[] => (Array.isArray(value) ? value.filter((id) => typeof id === 'string') : []);

/** What somebody did, as a sentence that goes on behind their name. */
export function auditSentence(entry: AuditEntry, names: AuditNames): string {
  const target = entry.target_id ?? '';
  const named = (id: Id | null, find: (id: Id) => string | null, unknown: string) => {
    const name = id && find(id);
    return name ? isolated(name) : unknown;
  };
  const user = (id: Id | null) => named(id, names.user, words.somebody);
  const then = () => text(change(entry, 'name')?.new) ?? text(change(entry, 'name')?.old);
  const channel = (id: Id | null) => named(id, names.channel, words.someChannel);
  // What it was called when it came or went says more than what it is called now.
  const theChannel = () => {
    const name = then() ?? names.channel(target);
    return name ? words.theChannel(isolated(name)) : words.someChannel;
  };
  const role = (id: Id) => named(id, names.role, words.someRole);
  const theRole = () => {
    const name = then() ?? names.role(target);
    return name ? words.theRole(isolated(name)) : words.someRole;
  };
  const renamed = change(entry, 'name');
  const isOnly = (key: string) => entry.changes.length === 1 && entry.changes[0]?.key === key;
  const code = () => text(change(entry, 'code')?.new) ?? text(change(entry, 'code')?.old) ?? '';
  const overwritten = () => {
    const { old, new: now } = change(entry, 'permission_overwrite') ?? {};
    const overwrite = (now ?? old) as Partial<Overwrite> | null | undefined;
    if (!overwrite?.id) return words.somebody;
    return overwrite.type === 'role' ? role(overwrite.id) : user(overwrite.id);
  };

  switch (entry.action) {
    case 'server_update': {
      const owner = text(change(entry, 'owner_id')?.new);
      const icon = change(entry, 'icon_url');
      if (owner) return did.transferred(user(owner));
      if (renamed) return did.renamedServer(isolated(text(renamed.new) ?? ''));
      if (icon) return icon.new === null ? did.removedIcon : did.newIcon;
      return did.changedServer;
    }
    case 'channel_create':
      return change(entry, 'type')?.new === 'category' ? did.createdCategory(isolated(then() ?? '')) : did.createdChannel(theChannel());
    case 'channel_update':
      if (renamed) return did.renamedChannel(isolated(text(renamed.old) ?? ''), isolated(text(renamed.new) ?? ''));
      if (entry.changes.every(({ key }) => key === 'position' || key === 'category_id')) return did.movedChannel(theChannel());
      return did.changedChannel(theChannel());
    case 'channel_delete':
      return did.deletedChannel(theChannel());
    case 'channel_overwrite_create':
      return did.addedOverwrite(overwritten(), channel(target));
    case 'channel_overwrite_update':
      return did.changedOverwrite(overwritten(), channel(target));
    case 'channel_overwrite_delete':
      return did.removedOverwrite(overwritten(), channel(target));
    case 'role_create':
      return did.createdRole(theRole());
    case 'role_update':
      if (renamed) return did.renamedRole(isolated(text(renamed.old) ?? ''), isolated(text(renamed.new) ?? ''));
      return isOnly('position') ? did.movedRole(theRole()) : did.changedRole(theRole());
    case 'role_delete':
      return did.deletedRole(theRole());
    case 'invite_create':
      return did.createdInvite(isolated(code()));
    case 'invite_delete':
      return did.deletedInvite(isolated(code()));
    case 'member_join': {
      const invite = text(change(entry, 'invite_code')?.new);
      return invite ? did.joinedBy(isolated(invite), user(text(change(entry, 'inviter_id')?.new))) : did.joined;
    }
    case 'member_update':
      return memberSentence(entry, user(target), names.time);
    case 'member_role_update': {
      const { old, new: now } = change(entry, 'role_ids') ?? {};
      const given = ids(now).filter((id) => !ids(old).includes(id));
      const taken = ids(old).filter((id) => !ids(now).includes(id));
      const list = (of: Id[]) => of.map((id) => named(id, names.role, words.someRoleInList));
      if (taken.length === 0) return did.gaveRoles(user(target), list(given));
      return given.length === 0 ? did.tookRoles(user(target), list(taken)) : did.changedRoles(user(target), list(given), list(taken));
    }
    case 'member_kick':
      return did.kicked(user(target));
    case 'member_ban_add':
      return did.banned(user(target));
    case 'member_ban_remove':
      return did.unbanned(user(target));
    case 'message_delete':
      return did.deletedMessage(user(target), channel(text(change(entry, 'channel_id')?.old)));
    case 'message_bulk_delete':
      return did.deletedMessages(ids(change(entry, 'message_ids')?.old).length, channel(target));
    case 'message_pin':
      return did.pinned(channel(text(change(entry, 'channel_id')?.new)));
    case 'message_unpin':
      return did.unpinned(channel(text(change(entry, 'channel_id')?.old)));
    default:
      // A newer host may know more.
      return did.unknown;
  }
}

function memberSentence(entry: AuditEntry, whom: string, time: AuditNames['time']): string {
  const only = entry.changes.length === 1 ? entry.changes[0] : undefined;
  switch (only?.key) {
    case 'nickname':
      return text(only.new) ? did.nicknamed(whom, isolated(text(only.new) ?? '')) : did.unnamed(whom);
    case 'timeout_until':
      return text(only.new) ? did.timedOut(whom, time(text(only.new) ?? '')) : did.endedTimeout(whom);
    case 'server_mute':
      return only.new ? did.muted(whom) : did.unmuted(whom);
    case 'server_deaf':
      return only.new ? did.deafened(whom) : did.undeafened(whom);
    default:
      return did.changedMember(whom);
  }
}

/** One line of what was changed. */
export interface AuditLine {
  label: string;
  old: string | null;
  new: string | null;
}

/** The details of an entry, for people. */
export function auditLines(entry: AuditEntry, names: AuditNames): AuditLine[] {
  return entry.changes.flatMap(({ key, old, new: now }) => {
    if (key === 'permissions') return permissionLines(old, now);
    if (key === 'permission_overwrites' && ids(old).length === 0 && ids(now).length === 0) return [];
    const label = words.keys[key] ?? key;
    return [{ label, old: valueText(key, old, names), new: valueText(key, now, names) }];
  });
}

function permissionLines(old: unknown, now: unknown): AuditLine[] {
  const [before, after] = [mask(old), mask(now)];
  const taken = permissionNames(before & ~after);
  const granted = permissionNames(after & ~before);
  const label = words.keys.permissions ?? '';
  return [
    ...(granted ? [{ label: `${label}, ${words.granted}`, old: null, new: granted }] : []),
    ...(taken ? [{ label: `${label}, ${words.taken}`, old: taken, new: null }] : []),
  ];
}

const mask = (value: unknown) => (typeof value === 'string' && /^\d+$/.test(value) ? BigInt(value) : 0n);

function permissionNames(bits: bigint): string {
  return Object.entries(Permission)
    .filter(([, bit]) => bits & bit)
    .map(([name]) => permissionWords[name as PermissionName].label)
    .join(', ');
}

function valueText(key: string, value: unknown, names: AuditNames): string | null {
  if (value === null || value === undefined || value === '') return null;
  if (typeof value === 'boolean') return value ? words.yes : words.no;
  if (key === 'color') return typeof value === 'number' && value > 0 ? `#${value.toString(16).padStart(6, '0')}` : null;
  if (typeof value === 'number') return key.endsWith('_seconds') ? words.seconds(value) : value.toLocaleString();
  if (typeof value === 'string') {
    if (key === 'owner_id' || key === 'inviter_id') return names.user(value) ?? words.somebody;
    if (key === 'category_id' || key === 'channel_id') return names.channel(value) ?? words.someChannel;
    if (key === 'timeout_until' || key === 'expires_at') return names.time(value);
    return value;
  }
  if (key === 'role_ids')
    return (
      ids(value)
        .map((id) => names.role(id) ?? words.someRole)
        .join(', ') || null
    );
  if (key === 'permission_overwrite') return overwriteText(value as Partial<Overwrite>, names);
  if (key === 'permission_overwrites') return (value as Partial<Overwrite>[]).map((one) => overwriteText(one, names)).join('; ') || null;
  return Array.isArray(value) ? value.length.toLocaleString() : JSON.stringify(value);
}

function overwriteText({ id = '', type, allow, deny }: Partial<Overwrite>, names: AuditNames): string {
  const whom = (type === 'role' ? names.role(id) : names.user(id)) ?? (type === 'role' ? words.someRole : words.somebody);
  const allowed = permissionNames(mask(allow));
  const denied = permissionNames(mask(deny));
  const parts = [allowed && `${words.allowed} ${allowed}`, denied && `${words.denied} ${denied}`].filter(Boolean);
  return `${isolated(whom)}: ${parts.join('; ') || words.nothingSet}`;
}
