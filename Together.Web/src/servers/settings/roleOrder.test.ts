import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Role } from '@/contracts';
import { rolesInOrder } from '@/state/names';
import type { Community } from '@/state/state';
import { movedRole, standsAbove } from './roleOrder';

const role = (id: string, position: number): Role => ({
  id,
  server_id: 's',
  name: id,
  color: 0,
  hoist: false,
  mentionable: false,
  position,
  permissions: '0',
  created_at: '2026-01-01T00:00:00.000Z',
});

function server(positions: Record<string, number>, roleOfBob: string[] = []): Community {
  const all = { s: 0, ...positions };
  const member = { nickname: null, joined_at: '', timeout_until: null, server_mute: false, server_deaf: false };
  return {
    id: 's',
    name: 'S',
    icon_url: null,
    owner_id: 'ada',
    created_at: '',
    roles: Object.fromEntries(Object.entries(all).map(([id, position]) => [id, role(id, position)])),
    members: { ada: { ...member, user_id: 'ada', role_ids: [] }, bob: { ...member, user_id: 'bob', role_ids: roleOfBob } },
    member_count: 2,
  };
}

function after(before: Community, places: { id: string; position: number }[]): string[] {
  const roles = { ...before.roles };
  for (const { id, position } of places) roles[id] = role(id, position);
  return rolesInOrder({ ...before, roles }).map(({ id }) => id);
}

test('roles that all stand at one position are put in the order that is asked for', () => {
  const before = server({ a: 1, b: 1, c: 1 });
  expect(after(before, movedRole(before, 'ada', 'c', 0) ?? [])).toEqual(['c', 'a', 'b', 's']);
  expect(after(before, movedRole(before, 'ada', 'a', 2) ?? [])).toEqual(['b', 'c', 'a', 's']);
});

test('a move to where it is changes nothing', () => {
  expect(movedRole(server({ a: 1, b: 1 }), 'ada', 'a', 0)).toEqual([]);
});

test('nobody moves a role that is not below their own', () => {
  const before = server({ boss: 5, own: 4, low: 2 }, ['own']);
  expect(movedRole(before, 'bob', 'boss', 1)).toEqual([]);
  expect(movedRole(before, 'bob', 'own', 1)).toEqual([]);
});

test('a moderator orders what is below, and never reaches their own position', () => {
  const before = server({ own: 4, x: 1, y: 1 }, ['own']);
  const places = movedRole(before, 'bob', 'y', 0) ?? [];
  expect(after(before, places)).toEqual(['own', 'y', 'x', 's']);
  expect(places.every(({ position }) => position < 4)).toBe(true);
});

test('without room below the own role there is no order', () => {
  expect(movedRole(server({ own: 1, x: 1, y: 1 }, ['own']), 'bob', 'y', 0)).toBeNull();
});

test('of two roles at one position the older stands above', () => {
  const tied = server({ a: 1, b: 1 }, ['a']);
  expect(standsAbove(tied, 'bob', role('b', 1))).toBe(true);
  expect(standsAbove(server({ a: 1, b: 1 }, ['b']), 'bob', role('a', 1))).toBe(false);
  expect(standsAbove(server({}), 'bob', role('s', 0))).toBe(false);
});

test('the owner can bring any order about', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 8 }), fc.nat(7), fc.nat(7), (positions, which, to) => {
      const before = server(Object.fromEntries(positions.map((position, index) => [`r${index}`, position])));
      const order = rolesInOrder(before).map(({ id }) => id);
      const id = `r${which % positions.length}`;
      const target = Math.min(to, positions.length - 1);
      expect(after(before, movedRole(before, 'ada', id, target) ?? []).indexOf(id)).toBe(target);
      const others = order.filter((one) => one !== id);
      expect(after(before, movedRole(before, 'ada', id, target) ?? []).filter((one) => one !== id)).toEqual(others);
    }),
  );
});
