import { expect, test } from 'vitest';
import type { AuditEntry } from '@/contracts';
import { serverSettings } from '@/strings/serverSettings';
import { type AuditNames, auditLines, auditSentence } from './audit';

const known: Record<string, string> = { bob: 'Bob', cleo: 'Cleo', mods: 'Mods', art: 'Artists', general: '#general', lobby: 'Lobby' };
const find = (id: string) => known[id] ?? null;
const names: AuditNames = { user: find, role: find, channel: find, time: (at) => `<${at}>` };

type Change = [key: string, old: unknown, now: unknown];

const entry = (action: string, target: string | null, ...changes: Change[]): AuditEntry => ({
  id: '1',
  server_id: 's',
  actor_id: 'ada',
  action: action as AuditEntry['action'],
  target_id: target,
  changes: changes.map(([key, old, now]) => ({ key, old, new: now })),
  reason: null,
  created_at: '2026-11-21T20:00:00.000Z',
});

const plain = (text: string) => text.replaceAll(/[\u2068\u2069]/g, '');

const sentences: [string, string | null, Change[], string][] = [
  ['server_update', 's', [['name', 'Old', 'New']], 'renamed the server to New'],
  ['server_update', 's', [['owner_id', 'ada', 'bob']], 'made Bob the owner'],
  ['server_update', 's', [['icon_url', null, '/media/1']], 'changed the icon of the server'],
  ['server_update', 's', [['icon_url', '/media/1', null]], 'removed the icon of the server'],
  ['channel_create', 'general', [['name', null, 'general']], 'created the channel general'],
  [
    'channel_create',
    'lobby',
    [
      ['type', null, 'category'],
      ['name', null, 'Lobby'],
    ],
    'created the category Lobby',
  ],
  ['channel_update', 'general', [['name', 'main', 'general']], 'renamed the channel main to general'],
  ['channel_update', 'general', [['position', 1, 2]], 'moved the channel #general'],
  ['channel_update', 'general', [['topic', '', 'All']], 'changed the channel #general'],
  ['channel_delete', 'gone', [['name', 'old-stuff', null]], 'deleted the channel old-stuff'],
  [
    'channel_overwrite_create',
    'general',
    [['permission_overwrite', null, { id: 'mods', type: 'role', allow: '1', deny: '0' }]],
    'set permissions for Mods in #general',
  ],
  [
    'channel_overwrite_update',
    'general',
    [['permission_overwrite', { id: 'bob', type: 'member' }, { id: 'bob', type: 'member' }]],
    'changed the permissions of Bob in #general',
  ],
  [
    'channel_overwrite_delete',
    'general',
    [['permission_overwrite', { id: 'x', type: 'role' }, null]],
    'removed the permissions of a deleted role from #general',
  ],
  ['role_create', 'mods', [['name', null, 'Mods']], 'created the role Mods'],
  ['role_update', 'mods', [['name', 'Officers', 'Mods']], 'renamed the role Officers to Mods'],
  ['role_update', 'mods', [['position', 1, 2]], 'moved the role Mods'],
  ['role_update', 'mods', [['color', 0, 255]], 'changed the role Mods'],
  ['role_update', 'gone', [['color', 0, 255]], 'changed a deleted role'],
  ['channel_update', 'gone', [['topic', '', 'All']], 'changed a deleted channel'],
  ['role_create', 'mods', [['name', null, 'Officers']], 'created the role Officers'],
  ['role_delete', 'gone', [['name', 'Guests', null]], 'deleted the role Guests'],
  ['invite_create', null, [['code', null, 'Ab3x']], 'created the invite Ab3x'],
  ['invite_delete', null, [['code', 'Ab3x', null]], 'revoked the invite Ab3x'],
  [
    'member_join',
    'cleo',
    [
      ['invite_code', null, 'Ab3x'],
      ['inviter_id', null, 'bob'],
    ],
    'joined by the invite Ab3x of Bob',
  ],
  ['member_update', 'bob', [['nickname', null, 'Bobby']], 'changed the nickname of Bob to Bobby'],
  ['member_update', 'bob', [['nickname', 'Bobby', null]], 'removed the nickname of Bob'],
  ['member_update', 'bob', [['timeout_until', null, 'T']], 'timed Bob out until <T>'],
  ['member_update', 'bob', [['timeout_until', 'T', null]], 'ended the timeout of Bob'],
  ['member_update', 'bob', [['server_mute', false, true]], 'muted Bob in voice'],
  ['member_update', 'bob', [['server_deaf', true, false]], 'let Bob hear in voice again'],
  ['member_role_update', 'bob', [['role_ids', [], ['mods', 'art']]], 'gave Bob the roles Mods, Artists'],
  ['member_role_update', 'bob', [['role_ids', ['mods', 'gone'], ['mods']]], 'took the role (deleted) from Bob'],
  ['member_role_update', 'bob', [['role_ids', ['mods'], ['art']]], 'gave Bob the role Artists and took the role Mods'],
  ['member_kick', 'bob', [['role_ids', ['mods'], null]], 'kicked Bob'],
  ['member_ban_add', 'gone', [['delete_message_seconds', null, 3600]], 'banned somebody'],
  ['member_ban_remove', 'bob', [], 'lifted the ban of Bob'],
  ['message_delete', 'bob', [['channel_id', 'general', null]], 'deleted a message of Bob in #general'],
  ['message_bulk_delete', 'general', [['message_ids', ['1', '2'], null]], 'deleted 2 messages in #general'],
  ['message_pin', 'm', [['channel_id', null, 'general']], 'pinned a message in #general'],
  ['message_unpin', 'm', [['channel_id', 'gone', null]], 'unpinned a message in a deleted channel'],
];

test.each(sentences)('%s of %s with %j: %s', (action, target, changes, expected) => {
  expect(plain(auditSentence(entry(action, target, ...changes), names))).toBe(expected);
});

test('every action has a sentence', () => {
  const tested = new Set(sentences.map(([action]) => action));
  expect(Object.keys(serverSettings.audit.actions).filter((action) => !tested.has(action))).toEqual([]);
});

test('an action of a newer host is no failure', () => {
  expect(auditSentence(entry('planet_move', 'mars'), names)).toBe(serverSettings.audit.did.unknown);
});

test('names keep their direction to themselves', () => {
  expect(auditSentence(entry('member_kick', 'bob'), names)).toBe('kicked \u2068Bob\u2069');
});

test('details say what was and what is', () => {
  const changes: Change[] = [
    ['color', 0, 0x5fd8bd],
    ['hoist', false, true],
    ['slow_mode_seconds', 0, 10],
    ['category_id', 'gone', 'lobby'],
    ['permissions', '3', '6'],
    ['role_ids', ['mods'], []],
    ['expires_at', null, 'T'],
    ['permission_overwrites', [], []],
    ['strange', { a: 1 }, null],
  ];
  expect(auditLines(entry('role_update', 'mods', ...changes), names)).toEqual([
    { label: 'Colour', old: null, new: '#5fd8bd' },
    { label: 'Shown apart', old: 'no', new: 'yes' },
    { label: 'Slow mode', old: 'off', new: '10 seconds' },
    { label: 'Category', old: 'a deleted channel', new: 'Lobby' },
    { label: 'Permissions, allowed', old: null, new: 'Manage messages' },
    { label: 'Permissions, not allowed any more', old: 'See channels', new: null },
    { label: 'Roles', old: 'Mods', new: null },
    { label: 'Ends', old: null, new: '<T>' },
    { label: 'strange', old: '{"a":1}', new: null },
  ]);
});

test('an overwrite is told in words', () => {
  const overwrite = { id: 'mods', type: 'role', allow: '2', deny: '1' };
  const [line] = auditLines(entry('channel_overwrite_create', 'general', ['permission_overwrite', null, overwrite]), names);
  expect(plain(line?.new ?? '')).toBe('Mods: allow Write messages; deny See channels');
});
