// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Effect, type GatewayEvent, idle, type Machine, step } from './machine';

const half = 0.5;

function run(machine: Machine, ...events: GatewayEvent[]): { machine: Machine; effects: Effect[] } {
  const effects: Effect[] = [];
  for (const event of events) {
    const [next, caused] = step(machine, event, half);
    machine = next;
    effects.push(...caused);
  }
  return { machine, effects };
}

const hello: GatewayEvent = { type: 'hello', interval: 30_000 };
const ready: GatewayEvent = { type: 'ready', sessionId: 'session', seq: 7 };
const up = run(idle, { type: 'start' }, hello, ready).machine;

describe('the first time', () => {
  test('it opens, identifies and is ready', () => {
    const { machine, effects } = run(idle, { type: 'start' }, hello, ready);
    expect(effects.map(({ type }) => type)).toEqual(['open', 'identify']);
    expect(machine).toMatchObject({ phase: 'ready', attempt: 0, resumable: { sessionId: 'session', seq: 7 } });
  });
});

describe('after a loss', () => {
  test('it waits, opens again and resumes at the last position', () => {
    const { machine, effects } = run(up, { type: 'position', seq: 9 }, { type: 'closed', code: 1006 }, { type: 'timer' }, hello);
    expect(effects.at(-1)).toEqual({ type: 'resume', resumable: { sessionId: 'session', seq: 9 } });
    expect(machine.phase).toBe('resuming');
    expect(run(machine, { type: 'resumed' }).machine).toMatchObject({ phase: 'ready', attempt: 0 });
  });

  test('a position that an acknowledgement told counts, one that lies behind does not', () => {
    expect(run(up, { type: 'ack', seq: 12 }, { type: 'position', seq: 10 }).machine.resumable?.seq).toBe(12);
  });

  test('a session that cannot be resumed is begun anew on the same socket', () => {
    const resuming = run(up, { type: 'closed', code: 1012 }, { type: 'timer' }, hello).machine;
    const { machine, effects } = run(resuming, { type: 'invalid_session' });
    expect(effects).toEqual([{ type: 'identify' }]);
    expect(machine).toMatchObject({ phase: 'identifying', resumable: null });
  });

  test('waits grow to half a minute, and spread by chance', () => {
    let machine = run(idle, { type: 'start' }).machine;
    const delays: number[] = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const [lost, effects] = step(machine, { type: 'closed', code: 1006 }, half);
      for (const effect of effects) if (effect.type === 'wait') delays.push(effect.delay);
      machine = step(lost, { type: 'timer' }, half)[0];
    }
    expect(delays.slice(0, 3)).toEqual([375, 750, 1500]);
    expect(delays.at(-1)).toBe(22_500);
    const wait = (random: number) => step(up, { type: 'closed', code: 1006 }, random)[1].find((effect) => effect.type === 'wait');
    expect(wait(0)).toEqual({ type: 'wait', delay: 250 });
    expect(wait(0.999)).not.toEqual(wait(0));
  });

  test('the network coming back ends the wait', () => {
    const waiting = run(up, { type: 'closed', code: 1006 }).machine;
    expect(run(waiting, { type: 'network', isThere: true }).effects).toEqual([{ type: 'open', renewToken: false }]);
    const offline = run(up, { type: 'network', isThere: false });
    expect(offline.machine.phase).toBe('offline');
    expect(offline.effects).toEqual([{ type: 'close' }]);
    expect(run(offline.machine, { type: 'network', isThere: true }).machine.phase).toBe('connecting');
  });

  test('a silent socket is given up', () => {
    expect(run(up, { type: 'overdue' }).machine.phase).toBe('ready');
    const { machine, effects } = run(up, { type: 'heartbeat_due' }, { type: 'overdue' });
    expect(effects.map(({ type }) => type)).toEqual(['heartbeat', 'close', 'wait']);
    expect(machine.phase).toBe('waiting');
    expect(run(up, { type: 'heartbeat_due' }, { type: 'ack', seq: 7 }, { type: 'overdue' }).machine.phase).toBe('ready');
  });

  test('a socket that never greets is given up too', () => {
    expect(run(idle, { type: 'start' }, { type: 'overdue' }).machine.phase).toBe('waiting');
  });
});

describe('refusals', () => {
  test('an expired token is renewed at once, a fresh one that is refused waits', () => {
    const first = run(up, { type: 'closed', code: 4004 });
    expect(first.effects).toEqual([{ type: 'open', renewToken: true }]);
    expect(run(first.machine, hello, { type: 'closed', code: 4004 }).machine.phase).toBe('waiting');
  });

  test('a revoked session ends it for good', () => {
    const { machine, effects } = run(up, { type: 'closed', code: 4011 });
    expect(effects).toEqual([{ type: 'revoked' }]);
    expect(machine.phase).toBe('refused');
    expect(run(machine, { type: 'timer' }, { type: 'network', isThere: true }, { type: 'wake' }).effects).toEqual([]);
  });

  test.each([4003, 4007])('%i begins a new session', (code) => {
    const { machine } = run(up, { type: 'closed', code });
    expect(machine).toMatchObject({ phase: 'waiting', resumable: null });
  });

  test('without a token it stops', () => {
    const identifying = run(idle, { type: 'start' }, hello).machine;
    expect(run(identifying, { type: 'no_token', because: 'signed_out' }).machine.phase).toBe('refused');
    expect(run(identifying, { type: 'no_token', because: 'unreachable' }).machine.phase).toBe('waiting');
  });
});

test('whatever happens, it never waits for nothing', () => {
  const anything: fc.Arbitrary<GatewayEvent> = fc.oneof(
    fc.constantFrom<GatewayEvent[]>(
      { type: 'start' },
      hello,
      ready,
      { type: 'resumed' },
      { type: 'invalid_session' },
      { type: 'timer' },
      { type: 'heartbeat_due' },
      { type: 'overdue' },
      { type: 'wake' },
      { type: 'network', isThere: true },
      { type: 'network', isThere: false },
      { type: 'no_token', because: 'unreachable' },
    ),
    fc.constantFrom(1000, 1006, 1012, 4000, 4001, 4003, 4004, 4007, 4008, 4009, 4012).map((code): GatewayEvent => ({ type: 'closed', code })),
  );
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 40 }), fc.double({ min: 0, max: 0.99, noNaN: true }), (events, random) => {
      let machine = idle;
      let timer = false;
      let socket = false;
      for (const event of [{ type: 'start' } as const, ...events]) {
        // The shell tells these only of what there is.
        if (event.type === 'timer' && !timer) continue;
        if (event.type === 'closed' && !socket) continue;
        if (event.type === 'timer') timer = false;
        if (event.type === 'closed') socket = false;
        const [next, effects] = step(machine, event, random);
        for (const { type } of effects) {
          if (type === 'open') [socket, timer] = [true, false];
          if (type === 'close') [socket, timer] = [false, false];
          if (type === 'wait') timer = true;
        }
        machine = next;
        if (machine.phase === 'waiting') expect(timer).toBe(true);
        else if (machine.phase !== 'idle' && machine.phase !== 'offline') expect(socket).toBe(true);
      }
    }),
    { numRuns: 1000 },
  );
});
