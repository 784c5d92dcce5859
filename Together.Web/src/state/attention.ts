import { type Attention, attention } from './channels';
import type { AppState, Id } from './state';

/** What calls for the reader, everywhere. Parts that stay the same stay the same objects. */
export interface Attentions {
  channels: Record<Id, Attention>;
  servers: Record<Id, Attention>;
  /** Private channels together. */
  conversations: Attention;
  /** All mentions. */
  mentions: number;
}

const quiet: Attention = { unread: false, mentions: 0 };
const nothing: Attentions = { channels: {}, servers: {}, conversations: quiet, mentions: 0 };

type Inputs = readonly [unknown, unknown, unknown, unknown, unknown];

let inputs: Inputs | null = null;
let known = nothing;

/** Looks at every channel once for each change that matters, however many ask. */
export function attentions(state: AppState): Attentions {
  // A mute ends by the minute.
  const minute = Math.floor(Date.now() / 60_000);
  const next: Inputs = [state.channels, state.readStates, state.settings, state.servers, minute];
  if (inputs?.every((input, index) => input === next[index])) return known;
  inputs = next;
  known = computed(state, known, minute * 60_000);
  return known;
}

/** @param before what stays the same is taken from here */
export function computed(state: AppState, before: Attentions, now: number): Attentions {
  const channels: Record<Id, Attention> = {};
  const servers: Record<Id, Attention> = {};
  let conversations = quiet;
  for (const channel of Object.values(state.channels)) {
    const own = attention(state, channel.id, now);
    channels[channel.id] = kept(before.channels[channel.id], own);
    if (channel.server_id) servers[channel.server_id] = sum(servers[channel.server_id] ?? quiet, own);
    else conversations = sum(conversations, own);
  }
  for (const [id, own] of Object.entries(servers)) servers[id] = kept(before.servers[id], own);
  const mentions = Object.values(servers).reduce((total, own) => total + own.mentions, conversations.mentions);
  return { channels, servers, conversations: kept(before.conversations, conversations), mentions };
}

function sum(a: Attention, b: Attention): Attention {
  return { unread: a.unread || b.unread, mentions: a.mentions + b.mentions };
}

function kept(before: Attention | undefined, after: Attention): Attention {
  return before && before.unread === after.unread && before.mentions === after.mentions ? before : after;
}
