import fuzzysort from 'fuzzysort';
import { type Person, peopleToTalkTo } from '@/friends/people';
import { attentions } from '@/state/attention';
import { channelName } from '@/state/names';
import type { AppState, Id } from '@/state/state';
import { switcher as strings } from '@/strings/switcher';

/** Somewhere to go. */
export interface Switch {
  kind: 'channel' | 'conversation' | 'server' | 'person';
  id: Id;
  name: string;
  /** A second name that finds it. */
  other: string;
  /** Where it belongs to; for showing. */
  detail: string;
}

const most = 20;

/** All that one can go to. Whoever one talks with already is a conversation. */
export function allSwitches(state: AppState, people: readonly Person[] = peopleToTalkTo(state)): Switch[] {
  const all: Switch[] = [];
  const talkedWith = new Set<Id>();
  for (const channel of Object.values(state.channels)) {
    if (channel.server_id) {
      const detail = state.servers[channel.server_id]?.name ?? '';
      if (channel.type === 'text') all.push({ kind: 'channel', id: channel.id, name: channel.name ?? '', other: detail, detail });
      continue;
    }
    const [first] = channel.recipients;
    if (channel.type === 'dm' && first) talkedWith.add(first.id);
    const isPair = channel.type === 'dm';
    all.push({
      kind: 'conversation',
      id: channel.id,
      name: channelName(channel, strings.nobody),
      other: isPair ? (first?.username ?? '') : channel.recipients.map(({ username }) => username).join(' '),
      detail: isPair ? (first?.username ?? strings.conversation) : strings.group,
    });
  }
  for (const { id, name } of Object.values(state.servers)) all.push({ kind: 'server', id, name, other: '', detail: strings.server });
  for (const { user, name, username } of people)
    if (!talkedWith.has(user.id)) all.push({ kind: 'person', id: user.id, name, other: username, detail: username });
  return all;
}

const prefixes: Readonly<Record<string, readonly Switch['kind'][]>> = { '#': ['channel'], '@': ['conversation', 'person'], '*': ['server'] };

/** What is meant by the text, the best first; when it is empty, what calls for one and where one was. @param recent channels, the last one first */
export function switchesFor(state: AppState, all: readonly Switch[], text: string, recent: readonly Id[]): Switch[] {
  const kinds = prefixes[text.charAt(0)];
  const wanted = (kinds ? text.slice(1) : text).trim();
  const among = kinds ? all.filter(({ kind }) => kinds.includes(kind)) : all;
  if (wanted) {
    const score = (one: Switch) => (recent.includes(one.id) ? 1.15 : one.kind === 'person' ? 0.9 : 1);
    return fuzzysort
      .go(wanted, among, { keys: ['name', 'other'], limit: most, scoreFn: (result) => result.score * score(result.obj) })
      .map(({ obj }) => obj);
  }
  if (kinds) return [...among].sort((a, b) => place(recent, a.id) - place(recent, b.id)).slice(0, most);
  const calling = attentions(state).channels;
  const known = among.filter(({ id, kind }) => (kind === 'channel' || kind === 'conversation') && id !== state.openChannel);
  const rank = ({ id }: Switch) => (calling[id]?.mentions ? 0 : recent.includes(id) ? 1 : calling[id]?.unread ? 2 : 3);
  return known.sort((a, b) => rank(a) - rank(b) || place(recent, a.id) - place(recent, b.id)).slice(0, 12);
}

function place(recent: readonly Id[], id: Id): number {
  const at = recent.indexOf(id);
  return at < 0 ? Number.MAX_SAFE_INTEGER : at;
}
