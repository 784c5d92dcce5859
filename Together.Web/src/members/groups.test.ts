import { describe, expect, it } from 'vitest';
import type { Presence, Role, User } from '@/contracts';
import type { Community, Membership } from '@/state/state';
import { byName, memberGroups, memberRows } from './groups';

const at = '2026-01-01T00:00:00.000Z';

function role(id: string, position: number, hoist: boolean): Role {
  return { id, server_id: 's', name: id, color: 0, hoist, mentionable: false, position, permissions: '0', created_at: at };
}

function member(user_id: string, role_ids: string[] = [], nickname: string | null = null): Membership {
  return { user_id, nickname, role_ids, joined_at: at, timeout_until: null, server_mute: false, server_deaf: false };
}

function server(members: Membership[]): Community {
  return {
    id: 's',
    name: 's',
    icon_url: null,
    owner_id: 'u1',
    created_at: at,
    roles: { s: role('s', 0, true), mods: role('mods', 3, true), kings: role('kings', 5, true), plain: role('plain', 4, false) },
    members: Object.fromEntries(members.map((one) => [one.user_id, one])),
    member_count: members.length,
  };
}

const users: Record<string, User> = Object.fromEntries(
  ['u1', 'u2', 'u3', 'u4'].map((id) => [id, { id, username: id, display_name: `name ${id}`, avatar_url: null, created_at: at }]),
);

function there(...ids: string[]): Record<string, Presence> {
  return Object.fromEntries(ids.map((user_id) => [user_id, { user_id, status: 'online', custom_status: null }]));
}

describe('names', () => {
  it('are_the_nicknames_where_there_are_some_and_ignore_case', () => {
    expect(byName(server([member('u1'), member('u2', [], 'aaron'), member('u3', [], 'Abel')]), users)).toEqual(['u2', 'u3', 'u1']);
  });
});

describe('groups', () => {
  const all = server([member('u1', ['mods', 'kings']), member('u2', ['plain']), member('u3', ['mods']), member('u4')]);
  const ids = ['u1', 'u2', 'u3', 'u4'];

  it('are_the_highest_role_listed_apart_then_online_then_offline', () => {
    expect(memberGroups(all, ids, there('u1', 'u2', 'u3')).map((group) => [group.id, group.userIds])).toEqual([
      ['kings', ['u1']],
      ['mods', ['u3']],
      ['online', ['u2']],
      ['offline', ['u4']],
    ]);
  });

  it('never_list_everyone_as_a_role', () => {
    expect(memberGroups(all, ['u4'], there('u4')).map(({ id }) => id)).toEqual(['online']);
  });

  it('show_who_is_invisible_as_offline', () => {
    expect(memberGroups(all, ['u4'], { u4: { user_id: 'u4', status: 'invisible', custom_status: null } }).map(({ id }) => id)).toEqual(['offline']);
  });

  it('become_rows_with_their_heads', () => {
    expect(memberRows(memberGroups(all, ids, there('u2'))).map((row) => (row.kind === 'group' ? row.group.id : row.userId))).toEqual([
      'online',
      'u2',
      'offline',
      'u1',
      'u3',
      'u4',
    ]);
  });
});
