import { createContext, useContext, useMemo } from 'react';
import { paths } from '@/app/paths';
import type { Message, User } from '@/contracts';
import type { HostMentions, Mentionable } from '@/markdown/mentions';
import { channelName, memberColor, nameOf, userName } from '@/state/names';
import type { Id } from '@/state/state';
import { store, useApp } from '@/state/store';
import { messages as strings } from '@/strings/messages';
import { type ReadableColor, readable } from './roleColor';

/** What rows need of the list that they are in. It changes with the channel and the reader's permissions alone. */
export interface Conversation {
  channelId: Id;
  serverId: Id | null;
  meId: Id;
  /** Of the reader in this channel. */
  mask: bigint;
  jumpTo(messageId: Id): void;
  openMenu(row: Element): void;
  openPicker(message: Message, anchor: Element): void;
  openProfile(userId: Id, anchor: Element): void;
  askToRemove(message: Message, isSure: boolean): void;
  react(message: Message, emoji: string, isAdded: boolean): void;
  reveal(ids: readonly Id[], isShown: boolean): void;
}

export const ConversationContext = createContext<Conversation | null>(null);

export function useConversation(): Conversation {
  const conversation = useContext(ConversationContext);
  if (!conversation) throw new Error('A row stands outside of its list');
  return conversation;
}

/** What somebody is called in a server. */
export function useName(user: Pick<User, 'id' | 'username' | 'display_name'>, serverId: Id | null): string {
  return useApp((state) => nameOf(state, user.id, serverId)) ?? userName(user as User);
}

/** The colour of somebody's name; undefined for that of text. */
export function useNameColor(userId: Id, serverId: Id | null): ReadableColor | undefined {
  const color = useApp((state) => (serverId ? memberColor(state.servers[serverId], userId) : 0));
  return color ? readable(color) : undefined;
}

/** The names that the text of messages refers to. */
export function useMentionable(serverId: Id | null, onUser: (id: Id, element: HTMLElement) => void): Mentionable {
  const server = useApp((state) => (serverId ? state.servers[serverId] : undefined));
  const users = useApp((state) => state.users);
  const meId = useApp((state) => state.me?.id ?? '');
  return useMemo(
    () => ({
      user(id) {
        const user = users[id];
        return user ? { name: server?.members[id]?.nickname ?? userName(user), color: 0 } : null;
      },
      role(id) {
        const role = server?.roles[id];
        return role ? { name: role.name, color: 0 } : null;
      },
      // Read when it is drawn: channels change with every message.
      channel(id) {
        const channel = store.getState().channels[id];
        return channel && channel.type !== 'category' ? { name: channelName(channel, strings.nobody), href: paths.channel(channel) } : null;
      },
      me: { id: meId, roleIds: server?.members[meId]?.role_ids ?? [] },
      onUser,
    }),
    [server, users, meId, onUser],
  );
}

const hostMentions = new WeakMap<Message, HostMentions>();

/** The same object for the same message: Markdown compares by identity. */
export function mentionsOf(message: Message): HostMentions {
  let known = hostMentions.get(message);
  if (!known) {
    known = { userIds: message.mentions.map(({ id }) => id), roleIds: message.mention_role_ids, everyone: message.mention_everyone };
    hostMentions.set(message, known);
  }
  return known;
}
