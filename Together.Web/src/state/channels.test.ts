// @vitest-environment node
import { expect, test } from 'vitest';
import { rememberedGroups } from './channels';
import { channel, id, serverId } from './testing';

const list = { [id(20)]: channel({ id: id(20), position: 0 }), [id(21)]: channel({ id: id(21), position: 1 }) };

test('a message leaves the list of channels the same object', () => {
  const groupsOf = rememberedGroups();
  const before = groupsOf(list, serverId);
  const spoken = { ...list, [id(20)]: channel({ id: id(20), position: 0, last_message_id: id(99) }) };
  expect(groupsOf(spoken, serverId)).toBe(before);
});

test('a channel that moves, comes or goes changes the list of channels', () => {
  const groupsOf = rememberedGroups();
  groupsOf(list, serverId);
  const ids = (channels: typeof list) => groupsOf(channels, serverId).flatMap((group) => group.channels.map((one) => one.id));
  expect(ids({ ...list, [id(20)]: channel({ id: id(20), position: 2 }) })).toEqual([id(21), id(20)]);
  expect(ids({ ...list, [id(22)]: channel({ id: id(22), position: 2 }) })).toEqual([id(20), id(21), id(22)]);
  expect(ids({ [id(21)]: channel({ id: id(21), position: 1 }) })).toEqual([id(21)]);
});
