import { expect, test } from 'vitest';
import type { Message } from '@/contracts';
import type { OutgoingMessage } from '@/state/state';
import { groupedWithin, type Row, type RowsOf, rowsOf, transition, unreadSince } from './rows';

const me = 'me';
const noon = new Date(2026, 10, 21, 12).getTime();

function message(id: string, change: Partial<Message> = {}, at = noon): Message {
  const author = { id: 'bob', username: 'bob', display_name: 'Bob', avatar_url: null, created_at: '' };
  return {
    id,
    channel_id: 'c',
    server_id: null,
    author,
    content: id,
    nonce: null,
    created_at: new Date(at).toISOString(),
    edited_at: null,
    type: 'default',
    reply_to: null,
    referenced_message: null,
    mentions: [],
    mention_role_ids: [],
    mention_everyone: false,
    attachments: [],
    embeds: [],
    reactions: [],
    pinned: false,
    ...change,
  };
}

const by = (id: string) => ({ author: { ...message('x').author, id } });

function windowOf(messages: Message[], hasOlder = false, hasNewer = false): RowsOf['window'] {
  return { ids: messages.map(({ id }) => id), byId: Object.fromEntries(messages.map((one) => [one.id, one])), hasOlder, hasNewer };
}

function rows(messages: Message[], change: Partial<RowsOf> = {}, before?: Row[]): Row[] {
  return rowsOf({ window: windowOf(messages), outbox: [], newSince: null, meId: me, isBlocked: () => false, revealed: new Set(), ...change }, before);
}

function outgoing(nonce: string, createdAt = noon): OutgoingMessage {
  return { nonce, channelId: 'c', content: nonce, replyTo: null, attachmentIds: [], filenames: [], createdAt, status: 'sending', problem: null };
}

const heads = (list: Row[]) => list.map((row) => row.kind !== 'blocked' && row.isHead);
const keys = (list: readonly Row[]) => list.map(({ key }) => key);

test('messages of one author close to each other share a head', () => {
  const list = rows([message('1'), message('2', {}, noon + groupedWithin), message('3', {}, noon + 2 * groupedWithin + 1), message('4', by('ada'))]);
  expect(heads(list)).toEqual([true, false, true, true]);
});

test('a reply and what the host says begin a group, and what the host says ends one', () => {
  const list = rows([message('1'), message('2', { type: 'reply', reply_to: '1' }), message('3'), message('4', { type: 'pin_added' }), message('5')]);
  expect(heads(list)).toEqual([true, true, false, true, true]);
});

test('a day begins where the one above is of another', () => {
  const next = noon + 24 * 3_600_000;
  const list = rows([message('1'), message('2', {}, next), message('3', {}, next)]);
  expect(list.map(({ day }) => day)).toEqual([new Date(noon).setHours(0, 0, 0, 0), new Date(next).setHours(0, 0, 0, 0), null]);
  expect(heads(list)).toEqual([true, true, false]);
});

test('of what is older nobody knows yet on which day it was', () => {
  expect(rows([message('1')], { window: windowOf([message('1')], true) })[0]?.day).toBeNull();
});

test('the line "new" stands above the first message of somebody else behind what was read', () => {
  const list = rows([message('1'), message('2', by(me)), message('3'), message('4')], { newSince: '1' });
  expect(list.map(({ isFirstNew }) => isFirstNew)).toEqual([false, false, true, false]);
  expect(heads(list)[2]).toBe(true);
});

test('without the message that was read there is no line, for it stands further up', () => {
  const messages = [message('3'), message('4')];
  expect(rows(messages, { window: windowOf(messages, true), newSince: '1' }).some(({ isFirstNew }) => isFirstNew)).toBe(false);
  expect(rows(messages, { newSince: '1' })[0]?.isFirstNew).toBe(true);
});

test('what is on its way stands at the end and keeps its key when it has arrived', () => {
  const before = rows([message('1')], { outbox: [outgoing('n1'), outgoing('n2')] });
  expect(keys(before)).toEqual(['1', 'n1', 'n2']);
  expect(heads(before)).toEqual([true, true, false]);
  const after = rows([message('1'), message('2', { ...by(me), nonce: 'n1' })], { outbox: [outgoing('n2')] });
  expect(keys(after)).toEqual(keys(before));
});

test('a nonce of somebody else is no key, and none is a key twice', () => {
  const list = rows([message('1', { nonce: 'n' }), message('2', { ...by(me), nonce: 'n' }), message('3', { ...by(me), nonce: 'n' })]);
  expect(keys(list)).toEqual(['1', 'n', '3']);
});

test('what is on its way is not shown in the past', () => {
  expect(rows([], { window: windowOf([message('1')], true, true), outbox: [outgoing('n')] })).toHaveLength(1);
});

test('messages of blocked people are folded, and unfolded together', () => {
  const messages = [message('1'), message('2', by('eve')), message('3', by('mallory')), message('4')];
  const isBlocked = (id: string) => id === 'eve' || id === 'mallory';
  const folded = rows(messages, { isBlocked });
  expect(folded.map(({ kind }) => kind)).toEqual(['message', 'blocked', 'message']);
  expect(folded[1]).toMatchObject({ ids: ['2', '3'], isShown: false });
  expect(heads(folded)[2]).toBe(true);
  const shown = rows(messages, { isBlocked, revealed: new Set(['2', '3']) });
  expect(shown.map(({ kind }) => kind)).toEqual(['message', 'blocked', 'message', 'message', 'message']);
});

test('the line "new" is not folded away', () => {
  const messages = [message('1', by('eve')), message('2', by('eve'))];
  const list = rows(messages, { isBlocked: (id) => id === 'eve', newSince: '1' });
  expect(list.map((row) => row.kind === 'blocked' && row.ids)).toEqual([['1'], ['2']]);
  expect(list[1]?.isFirstNew).toBe(true);
});

test('rows that did not change stay the same objects', () => {
  const messages = [message('1'), message('2')];
  const before = rows(messages);
  const after = rows([...messages, message('3')], {}, before);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).toBe(before[1]);
  const edited = rows([messages[0] as Message, message('2', { content: 'other' })], {}, after);
  expect(edited[0]).toBe(before[0]);
  expect(edited[1]).not.toBe(before[1]);
});

test('what others have written since is counted', () => {
  const messages = [message('1'), message('2', by(me)), message('3', {}, noon + 1000), message('4', {}, noon + 2000)];
  expect(unreadSince(windowOf(messages), '1', me)).toEqual({ count: 2, isAtLeast: false, since: noon + 1000 });
  expect(unreadSince(windowOf(messages.slice(2), true), '1', me)).toEqual({ count: 2, isAtLeast: true, since: noon + 1000 });
  expect(unreadSince(windowOf(messages), '4', me)).toBeNull();
  expect(unreadSince(windowOf(messages), null, me)).toBeNull();
});

const list = (...ids: string[]) => rows(ids.map((id) => message(id)));

test('a page before the first row shifts the list', () => {
  expect(transition(list('3', '4'), list('1', '2', '3', '4'))).toMatchObject({ shift: true, isHalf: false, isReplaced: false });
  expect(transition(list('1', '2', '3'), list('3'))).toMatchObject({ shift: true, isHalf: false });
});

test('what changes at the end or within does not', () => {
  expect(transition(list('1', '2'), list('1', '2', '3'))).toMatchObject({ shift: false, isHalf: false });
  expect(transition(list('1', '2', '3'), list('1', '3'))).toMatchObject({ shift: false, isHalf: false });
  expect(transition(list('1', '2'), list('1', '2'))).toMatchObject({ shift: false, isHalf: false });
});

test('a change at both ends is made in two steps, the start first', () => {
  const older = transition(list('3', '4', '5'), list('1', '2', '3'));
  expect(older).toMatchObject({ shift: true, isHalf: true });
  expect(keys(older.rows)).toEqual(['1', '2', '3', '4', '5']);
  expect(transition(older.rows, list('1', '2', '3'))).toMatchObject({ shift: false, isHalf: false });
  const newer = transition(list('1', '2', '3'), list('3', '4'));
  expect(newer).toMatchObject({ shift: true, isHalf: true });
  expect(keys(newer.rows)).toEqual(['3']);
});

test('rows that have nothing in common are another list', () => {
  expect(transition(list('1', '2'), list('8', '9'))).toMatchObject({ isReplaced: true });
  expect(transition([], list('1'))).toMatchObject({ isReplaced: true });
  expect(transition([], [])).toMatchObject({ isReplaced: false });
});
