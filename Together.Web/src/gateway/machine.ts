import type { ConnectionPhase } from '@/state/state';

/** What RESUME needs. */
export interface Resumable {
  sessionId: string;
  seq: number;
}

export interface Machine {
  phase: ConnectionPhase;
  /** Attempts that failed in a row. */
  attempt: number;
  resumable: Resumable | null;
  /** Between heartbeats, in milliseconds; 0 before HELLO. */
  interval: number;
  /** Whether a heartbeat waits for its answer. */
  awaitsAck: boolean;
  /** Whether the token was refused: ask for another one, once in a row. */
  tokenRefused: boolean;
}

export type GatewayEvent =
  | { type: 'start' }
  | { type: 'stop' }
  | { type: 'hello'; interval: number }
  | { type: 'ready'; sessionId: string; seq: number }
  | { type: 'resumed' }
  | { type: 'position'; seq: number }
  | { type: 'ack'; seq: number | null }
  | { type: 'invalid_session' }
  | { type: 'closed'; code: number }
  /** The timer that `wait` asked for. */
  | { type: 'timer' }
  | { type: 'heartbeat_due' }
  /** HELLO, READY or the answer to a heartbeat should have come by now. */
  | { type: 'overdue' }
  /** The browser lost or found a network, or the page came back from sleep. */
  | { type: 'network'; isThere: boolean }
  | { type: 'wake' }
  | { type: 'no_token'; because: 'signed_out' | 'unreachable' };

export type Effect =
  | { type: 'open'; renewToken: boolean }
  | { type: 'identify' }
  | { type: 'resume'; resumable: Resumable }
  | { type: 'heartbeat'; seq: number | null }
  | { type: 'close' }
  /** Ends what `wait` began before. */
  | { type: 'wait'; delay: number }
  | { type: 'revoked' };

export const idle: Machine = { phase: 'idle', attempt: 0, resumable: null, interval: 0, awaitsAck: false, tokenRefused: false };

/** The first wait, doubled with every attempt that fails, in milliseconds. */
const shortest = 500;
const longest = 30_000;

/**
 * One step of the connection. Pure.
 * @param random within [0, 1): spreads the clients of a host that comes back over the time of the wait
 */
export function step(machine: Machine, event: GatewayEvent, random: number): [Machine, Effect[]] {
  switch (event.type) {
    case 'start':
      return machine.phase === 'idle' || machine.phase === 'refused' ? opened({ ...idle }) : [machine, []];
    case 'stop':
      return [{ ...idle }, [{ type: 'close' }]];
    case 'hello':
      if (machine.phase !== 'connecting') return [machine, []];
      return machine.resumable
        ? [{ ...machine, phase: 'resuming', interval: event.interval, awaitsAck: false }, [{ type: 'resume', resumable: machine.resumable }]]
        : [{ ...machine, phase: 'identifying', interval: event.interval, awaitsAck: false }, [{ type: 'identify' }]];
    case 'ready':
      if (machine.phase !== 'identifying') return [machine, []];
      return [{ ...machine, phase: 'ready', attempt: 0, tokenRefused: false, resumable: { sessionId: event.sessionId, seq: event.seq } }, []];
    case 'resumed':
      if (machine.phase !== 'resuming') return [machine, []];
      return [{ ...machine, phase: 'ready', attempt: 0, tokenRefused: false }, []];
    case 'position':
      return [at(machine, event.seq), []];
    case 'ack':
      return [{ ...at(machine, event.seq ?? 0), awaitsAck: false }, []];
    case 'invalid_session':
      return isUp(machine) ? [{ ...machine, phase: 'identifying', resumable: null }, [{ type: 'identify' }]] : [machine, []];
    case 'closed':
      return closed(machine, event.code, random);
    case 'timer':
      return machine.phase === 'waiting' ? opened(machine) : [machine, []];
    case 'heartbeat_due':
      if (!isUp(machine)) return [machine, []];
      return [{ ...machine, awaitsAck: true }, [{ type: 'heartbeat', seq: machine.resumable?.seq ?? null }]];
    case 'overdue':
      // The socket is dead, though nobody said so: it may take minutes to close by itself.
      return isOverdue(machine) ? waiting(machine, random, [{ type: 'close' }]) : [machine, []];
    case 'network':
      if (!event.isThere) return isOn(machine) ? [{ ...machine, phase: 'offline', awaitsAck: false }, [{ type: 'close' }]] : [machine, []];
      return machine.phase === 'offline' || machine.phase === 'waiting' ? opened({ ...machine, attempt: 0 }) : [machine, []];
    case 'wake':
      if (machine.phase === 'waiting') return opened({ ...machine, attempt: 0 });
      return step(machine, { type: 'heartbeat_due' }, random);
    case 'no_token':
      if (!isUp(machine)) return [machine, []];
      return event.because === 'signed_out' ? [{ ...idle, phase: 'refused' }, [{ type: 'close' }]] : waiting(machine, random, [{ type: 'close' }]);
  }
}

function closed(machine: Machine, code: number, random: number): [Machine, Effect[]] {
  if (!isOn(machine) || machine.phase === 'waiting' || machine.phase === 'offline') return [machine, []];
  switch (code) {
    case 4011:
      return [{ ...idle, phase: 'refused' }, [{ type: 'revoked' }]];
    case 4004:
      // A token may have ended between being fetched and used; a fresh one that is refused too is another matter.
      return machine.tokenRefused ? waiting(machine, random) : opened({ ...machine, tokenRefused: true });
    case 4003:
    case 4007:
      return waiting({ ...machine, resumable: null }, random);
    default:
      return waiting(machine, random);
  }
}

function opened(machine: Machine): [Machine, Effect[]] {
  return [{ ...machine, phase: 'connecting', interval: 0, awaitsAck: false }, [{ type: 'open', renewToken: machine.tokenRefused }]];
}

function waiting(machine: Machine, random: number, first: Effect[] = []): [Machine, Effect[]] {
  const ceiling = Math.min(longest, shortest * 2 ** machine.attempt);
  return [
    { ...machine, phase: 'waiting', attempt: machine.attempt + 1, awaitsAck: false },
    [...first, { type: 'wait', delay: ceiling / 2 + (random * ceiling) / 2 }],
  ];
}

function at(machine: Machine, seq: number): Machine {
  const { resumable } = machine;
  return resumable && seq > resumable.seq ? { ...machine, resumable: { ...resumable, seq } } : machine;
}

/** The socket is open and greeted. */
function isUp({ phase }: Machine): boolean {
  return phase === 'identifying' || phase === 'resuming' || phase === 'ready';
}

function isOverdue(machine: Machine): boolean {
  return (
    machine.phase === 'connecting' ||
    machine.phase === 'identifying' ||
    machine.phase === 'resuming' ||
    (machine.phase === 'ready' && machine.awaitsAck)
  );
}

function isOn({ phase }: Machine): boolean {
  return phase !== 'idle' && phase !== 'refused';
}
