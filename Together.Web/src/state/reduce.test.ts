// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Action } from './action';
import { reduce, typingLasts } from './reduce';
import type { AppState, OutgoingMessage } from './state';
import { bob, channel, event, id, me, member, message, readyState, readyWith, role, serverId, snapshot } from './testing';
import { isUnread } from './unread';
import { windowMax, windowsKept } from './windows';

const general = id(20);

const window = (state: AppState) => state.windows[general];
const run = (state: AppState, ...actions: Action[]) => actions.reduce(reduce, state);
const page = (...milliseconds: number[]) => milliseconds.map((millisecond) => message(millisecond)).reverse();

function outgoing(nonce: string, change: Partial<OutgoingMessage> = {}): OutgoingMessage {
  return {
    nonce,
    channelId: general,
    content: nonce,
    replyTo: null,
    attachmentIds: [],
    filenames: [],
    createdAt: 0,
    status: 'sending',
    problem: null,
    ...change,
  };
}

/** The channel is open and shows its last messages. */
function reading(...milliseconds: number[]): AppState {
  return run(
    readyState(),
    { type: 'opened', channelId: general },
    { type: 'window_loading', channelId: general, edge: 'latest' },
    { type: 'window_loaded', channelId: general, edge: 'latest', messages: page(...milliseconds), limit: 50 },
  );
}

describe('messages', () => {
  test('a page arrives newest first and is kept oldest first', () => {
    expect(window(reading(100, 101, 102))?.ids).toEqual([id(100), id(101), id(102)]);
    expect(window(reading(100, 101, 102))?.hasOlder).toBe(false);
  });

  test('what was posted while a page was on its way is behind it', () => {
    const state = run(reading(100), { type: 'window_loading', channelId: general, edge: 'latest' }, event('MESSAGE_CREATE', message(200)), {
      type: 'window_loaded',
      channelId: general,
      edge: 'latest',
      messages: page(99, 100),
      limit: 2,
    });
    expect(window(state)?.ids).toEqual([id(99), id(100), id(200)]);
  });

  test('a message that comes twice is there once', () => {
    const state = run(reading(100), event('MESSAGE_CREATE', message(200)), event('MESSAGE_CREATE', message(200)));
    expect(window(state)?.ids).toEqual([id(100), id(200)]);
  });

  test('what is posted does not enter a window that shows the past', () => {
    const state = run(
      reading(100),
      { type: 'window_loaded', channelId: general, edge: 'oldest', messages: page(1, 2), limit: 2 },
      event('MESSAGE_CREATE', message(200)),
    );
    expect(window(state)).toMatchObject({ ids: [id(1), id(2)], hasNewer: true });
    expect(state.channels[general]?.last_message_id).toBe(id(200));
  });

  test('scrolling back gives up the end, so that the window stays bounded', () => {
    let state = reading(...Array.from({ length: 50 }, (_, index) => 100_000 + index));
    for (let step = 1; step <= 12; step++)
      state = reduce(state, {
        type: 'window_loaded',
        channelId: general,
        edge: 'older',
        messages: page(...Array.from({ length: 50 }, (_, index) => 100_000 - step * 50 + index)),
        limit: 50,
      });
    expect(window(state)?.ids).toHaveLength(windowMax);
    expect(window(state)).toMatchObject({ hasNewer: true, hasOlder: true });
    expect(window(state)?.ids[0]).toBe(id(100_000 - 600));
    expect(Object.keys(window(state)?.byId ?? {})).toHaveLength(windowMax);
  });

  test('a channel that fills while it is read stays bounded', () => {
    let state = reading(1);
    for (let millisecond = 2; millisecond < 5000; millisecond++) state = reduce(state, event('MESSAGE_CREATE', message(millisecond)));
    expect(window(state)?.ids.length).toBeLessThanOrEqual(2 * windowMax);
    expect(window(state)?.ids.at(-1)).toBe(id(4999));
  });

  test('a deleted message is gone, also from the answers to it', () => {
    const answer = message(101, { reply_to: id(100), referenced_message: message(100) });
    const state = run(
      reading(100),
      event('MESSAGE_CREATE', answer),
      event('MESSAGE_DELETE', { id: id(100), channel_id: general, server_id: serverId }),
    );
    expect(window(state)?.ids).toEqual([id(101)]);
    expect(window(state)?.byId[id(101)]?.referenced_message).toBeNull();
  });

  test('an edit shows in the answers too', () => {
    const answer = message(101, { reply_to: id(100), referenced_message: message(100) });
    const edited = message(100, { content: 'better', edited_at: '2026-01-01T00:01:00.000Z' });
    const state = run(reading(100), event('MESSAGE_CREATE', answer), event('MESSAGE_UPDATE', edited));
    expect(window(state)?.byId[id(101)]?.referenced_message?.content).toBe('better');
  });

  test('an own reaction that is told twice counts once, and the last one takes the emoji away', () => {
    const reaction = { channel_id: general, server_id: serverId, message_id: id(100), user_id: me.id, emoji: '👍' };
    const added = run(
      reading(100),
      { type: 'reaction', channelId: general, messageId: id(100), emoji: '👍', isAdded: true },
      event('MESSAGE_REACTION_ADD', reaction),
      event('MESSAGE_REACTION_ADD', { ...reaction, user_id: bob.id }),
    );
    expect(window(added)?.byId[id(100)]?.reactions).toEqual([{ emoji: '👍', count: 2, me: true }]);
    const gone = run(added, event('MESSAGE_REACTION_REMOVE', reaction), event('MESSAGE_REACTION_REMOVE', { ...reaction, user_id: bob.id }));
    expect(window(gone)?.byId[id(100)]?.reactions).toEqual([]);
  });

  test('only so many channels keep their messages', () => {
    let state = readyState({ servers: [snapshot({ channels: Array.from({ length: 20 }, (_, index) => channel({ id: id(300 + index) })) })] });
    for (let index = 0; index < 20; index++)
      state = run(
        state,
        { type: 'opened', channelId: id(300 + index) },
        { type: 'window_loaded', channelId: id(300 + index), edge: 'latest', messages: [message(1000, { channel_id: id(300 + index) })], limit: 50 },
      );
    expect(Object.keys(state.windows)).toHaveLength(windowsKept + 1);
  });

  test('a page for a channel that is gone is dropped', () => {
    const state = run(reading(100), event('CHANNEL_DELETE', { id: general, server_id: serverId }), {
      type: 'window_loaded',
      channelId: general,
      edge: 'older',
      messages: page(99),
      limit: 50,
    });
    expect(window(state)).toBeUndefined();
  });
});

describe('sending', () => {
  test('the event takes the place of what was shown, whichever of event and answer is first', () => {
    const posted = message(200, { author: me, nonce: 'n' });
    const sending = run(reading(100), { type: 'send', message: outgoing('n') });
    expect(sending.outbox[general]).toHaveLength(1);
    for (const first of [event('MESSAGE_CREATE', posted), { type: 'message', message: posted } as const]) {
      const state = run(sending, first, event('MESSAGE_CREATE', posted), { type: 'message', message: posted });
      expect(state.outbox[general]).toBeUndefined();
      expect(window(state)?.ids).toEqual([id(100), id(200)]);
    }
  });

  test('somebody else’s nonce takes nothing away', () => {
    const state = run(reading(100), { type: 'send', message: outgoing('n') }, event('MESSAGE_CREATE', message(200, { nonce: 'n' })));
    expect(state.outbox[general]).toHaveLength(1);
  });

  test('a failed one stays with its reason, and can be sent again or dropped', () => {
    const problem = { code: 'missing_permissions', status: 403, detail: null, errors: {}, retryAfter: null };
    const failed = run(reading(100), { type: 'send', message: outgoing('n') }, { type: 'send_failed', channelId: general, nonce: 'n', problem });
    expect(failed.outbox[general]?.[0]).toMatchObject({ status: 'failed', problem });
    expect(run(failed, { type: 'send_again', channelId: general, nonce: 'n' }).outbox[general]?.[0]).toMatchObject({
      status: 'sending',
      problem: null,
    });
    expect(run(failed, { type: 'send_dropped', channelId: general, nonce: 'n' }).outbox[general]).toBeUndefined();
  });

  test('READY and RESUMED keep what waits to be sent and what is being written', () => {
    const state = run(
      reading(100),
      { type: 'send', message: outgoing('n') },
      { type: 'draft', channelId: general, draft: { text: 'half a', replyTo: null } as AppState['drafts'][string] },
      event('READY', readyWith()),
      event('RESUMED', { presences: [], voice_states: [], read_states: [], settings: readyWith().settings }),
    );
    expect(state.outbox[general]).toHaveLength(1);
    expect(state.drafts[general]?.text).toBe('half a');
  });
});

describe('what was read', () => {
  test('a message makes its channel unread until it is marked', () => {
    const state = run(readyState(), event('MESSAGE_CREATE', message(50_000)));
    expect(isUnread(state, general)).toBe(true);
    expect(isUnread(run(state, { type: 'read', channelId: general, messageId: id(50_000) }), general)).toBe(false);
  });

  test('what was said before one joined is read', () => {
    const joined = member(me, { joined_at: '2026-01-01T00:00:10.000Z' });
    const state = readyState({ servers: [snapshot({ members: [joined, member(bob)], channels: [channel({ last_message_id: id(9000) })] })] });
    expect(isUnread(state, general)).toBe(false);
  });

  test.each([
    ['by name', { mentions: [me] }, 1],
    ['by @everyone', { mention_everyone: true }, 1],
    ['by a role one has', { mention_role_ids: [id(30)] }, 1],
    ['by a role one has not', { mention_role_ids: [id(31)] }, 0],
    ['by oneself', { author: me, mentions: [me] }, 0],
  ])('mentions are counted: %s', (_, change, count) => {
    const state = readyState({
      servers: [snapshot({ members: [member(me, { role_ids: [id(30)] }), member(bob)], roles: [role({ id: serverId }), role({ id: id(30) })] })],
    });
    const told = run(state, event('MESSAGE_CREATE', message(50_000, change)), event('MESSAGE_CREATE', message(50_000, change)));
    expect(told.readStates[general]?.mention_count ?? 0).toBe(count);
  });

  test('a blocked person’s mention does not count', () => {
    const state = readyState({ relationships: [{ user: bob, type: 'blocked', since: me.created_at }] });
    expect(run(state, event('MESSAGE_CREATE', message(50_000, { mentions: [me] }))).readStates[general]).toBeUndefined();
  });

  test('the line stands behind what was read when the channel was opened, and stays there', () => {
    const state = readyState({
      servers: [snapshot({ channels: [channel({ last_message_id: id(300) })] })],
      read_states: [{ channel_id: general, last_read_message_id: id(200), mention_count: 0 }],
    });
    const opened = run(state, { type: 'opened', channelId: general });
    expect(opened.newSince).toBe(id(200));
    expect(run(opened, { type: 'read', channelId: general, messageId: id(300) }).newSince).toBe(id(200));
  });
});

describe('communities', () => {
  test('a member who is told twice counts once', () => {
    const cleo = { ...bob, id: id(3), username: 'cleo' };
    const added = event('SERVER_MEMBER_ADD', { server_id: serverId, member: member(cleo) });
    expect(run(readyState(), added, added).servers[serverId]?.member_count).toBe(3);
  });

  test('a role that is deleted is taken from its members', () => {
    const state = readyState({
      servers: [snapshot({ members: [member(me, { role_ids: [id(30)] })], roles: [role({ id: serverId }), role({ id: id(30) })] })],
    });
    const without = run(state, event('SERVER_ROLE_DELETE', { server_id: serverId, role_id: id(30) }));
    expect(without.servers[serverId]?.members[me.id]?.role_ids).toEqual([]);
  });

  test('with a server go its channels and what was in them', () => {
    const state = run(reading(100), event('SERVER_DELETE', { id: serverId }));
    expect(state.servers).toEqual({});
    expect(state.channels).toEqual({});
    expect(state.windows).toEqual({});
  });
});

test('everybody whom a message shows by name is known', () => {
  const eve = { ...bob, id: id(31), username: 'eve', display_name: 'Eve' };
  const mallory = { ...bob, id: id(32), username: 'mallory', display_name: 'Mallory' };
  const state = run(reading(100), event('MESSAGE_CREATE', message(200, { mentions: [eve], referenced_message: message(100, { author: mallory }) })));
  expect(state.users[eve.id]?.display_name).toBe('Eve');
  expect(state.users[mallory.id]?.display_name).toBe('Mallory');
});

test('fresh links take the place of old ones, and touch nothing else', () => {
  const file = { id: id(40), filename: 'a.png', content_type: 'image/png', size: 1, width: 1, height: 1, url: 'fresh' };
  const before = reading(100, 101);
  const state = run(before, { type: 'attachments', channelId: general, messageId: id(100), attachments: [file] });
  expect(window(state)?.byId[id(100)]).toEqual({ ...window(before)?.byId[id(100)], attachments: [file] });
  expect(window(state)?.byId[id(101)]).toBe(window(before)?.byId[id(101)]);
  expect(run(before, { type: 'attachments', channelId: general, messageId: id(999), attachments: [file] }).windows).toEqual(before.windows);
});

test('the line "new" can be set and taken away', () => {
  const state = run(reading(100), { type: 'new_since', messageId: id(100) });
  expect(state.newSince).toBe(id(100));
  expect(run(state, { type: 'new_since', messageId: null }).newSince).toBeNull();
});

test('typing ends by itself, or with the message', () => {
  const typing = run(
    readyState(),
    event('TYPING_START', { channel_id: general, server_id: serverId, user_id: bob.id, timestamp: me.created_at }, 1000),
  );
  expect(typing.typing[general]).toEqual({ [bob.id]: 1000 + typingLasts });
  expect(run(typing, { type: 'typing_ended', now: 1000 + typingLasts - 1 }).typing[general]).toBeDefined();
  expect(run(typing, { type: 'typing_ended', now: 1000 + typingLasts }).typing[general]).toBeUndefined();
  expect(run(typing, event('MESSAGE_CREATE', message(200))).typing[general]).toEqual({});
});

test('nothing of one account is left for the next', () => {
  const state = run(reading(100), { type: 'signed_out', because: null });
  expect(state).toMatchObject({ me: null, servers: {}, channels: {}, windows: {}, users: {}, outbox: {}, drafts: {} });
});

test('any order of events leaves a state that is whole', () => {
  const milliseconds = fc.integer({ min: 1, max: 60 });
  const anything: fc.Arbitrary<Action> = fc.oneof(
    milliseconds.map((n) => event('MESSAGE_CREATE', message(n))),
    milliseconds.map((n) => event('MESSAGE_UPDATE', message(n, { content: 'edited' }))),
    milliseconds.map((n) => event('MESSAGE_DELETE', { id: id(n), channel_id: general, server_id: serverId })),
    fc
      .array(milliseconds, { maxLength: 10 })
      .map((list) => event('MESSAGE_DELETE_BULK', { ids: list.map(id), channel_id: general, server_id: serverId })),
    fc.constantFrom('older' as const, 'newer' as const, 'latest' as const, 'oldest' as const).chain((edge) =>
      fc.uniqueArray(milliseconds, { maxLength: 10 }).map((list): Action => {
        const messages = list.sort((a, b) => b - a).map((n) => message(n));
        return { type: 'window_loaded', channelId: general, edge, messages, limit: 10 };
      }),
    ),
    fc.constant(event('CHANNEL_DELETE', { id: general, server_id: serverId })),
    fc.constant(event('CHANNEL_CREATE', channel())),
    fc.constant(event('SERVER_DELETE', { id: serverId })),
    fc.constant(event('SERVER_CREATE', snapshot())),
    fc.constant(event('READY', readyWith())),
    fc.constantFrom(general, null).map((channelId): Action => ({ type: 'opened', channelId })),
  );
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 60 }), (actions) => {
      const state = run(readyState(), ...actions);
      for (const [channelId, { ids, byId }] of Object.entries(state.windows)) {
        expect(Object.keys(byId).sort()).toEqual([...ids].sort());
        expect(new Set(ids).size).toBe(ids.length);
        expect(state.channels[channelId]).toBeDefined();
      }
      for (const { server_id } of Object.values(state.channels)) expect(server_id === null || state.servers[server_id]).toBeTruthy();
    }),
    { numRuns: 300 },
  );
});
