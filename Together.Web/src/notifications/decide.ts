import type { Message } from '@/contracts';
import { plainText } from '@/markdown/plainText';
import { channelName, nameOf, userName } from '@/state/names';
import type { AppState, Id } from '@/state/state';
import { mentionsMe, notificationLevel } from '@/state/unread';
import { notifications as strings } from '@/strings/notifications';

export interface Announcement {
  channelId: Id;
  title: string;
  body: string;
  icon: string | null;
  /** It speaks to the reader: a conversation or a mention. */
  isPersonal: boolean;
}

/** A notification shows a few lines at most. */
const bodyMax = 300;

/**
 * What a new message is announced as; null when it is none of the reader's concern.
 * @param attended channels that somebody looks at, in any tab
 */
export function announcementOf(state: AppState, message: Message, attended: ReadonlySet<Id>, now: number): Announcement | null {
  const channel = state.channels[message.channel_id];
  if (!channel || !state.me || message.author.id === state.me.id) return null;
  if (message.type !== 'default' && message.type !== 'reply') return null;
  if (state.relationships[message.author.id]?.type === 'blocked') return null;
  if (state.ownStatus.status === 'dnd' || attended.has(channel.id)) return null;
  const mark = state.readStates[channel.id]?.last_read_message_id;
  if (mark && mark >= message.id) return null;
  const { level, muted } = notificationLevel(state, channel.id, now);
  const isMention = mentionsMe(state, message);
  if (muted || level === 'none' || (level === 'mentions' && !isMention)) return null;
  return {
    channelId: channel.id,
    title: titleOf(state, message),
    body: bodyOf(state, message, now),
    icon: message.author.avatar_url,
    isPersonal: isMention || !channel.server_id,
  };
}

/** Names of people do not turn the text around them. */
function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}

function titleOf(state: AppState, { author, channel_id, server_id }: Message): string {
  const channel = state.channels[channel_id];
  const server = server_id ? state.servers[server_id] : undefined;
  const name = isolated(nameOf(state, author.id, server_id) ?? userName(author));
  if (server) return strings.channel(name, isolated(channel?.name ?? ''), isolated(server.name));
  return channel?.type === 'group_dm' ? strings.group(name, isolated(channelName(channel, strings.groupChat))) : name;
}

function bodyOf(state: AppState, { content, attachments, server_id }: Message, now: number): string {
  const server = server_id ? state.servers[server_id] : undefined;
  const named = (name: string | null | undefined) => (name ? { name } : null);
  const text = plainText(
    content,
    {
      user: (id) => named(nameOf(state, id, server_id)),
      role: (id) => {
        const role = server?.roles[id];
        return role ? { name: role.name, color: role.color } : null;
      },
      channel: (id) => {
        const name = state.channels[id]?.name;
        return name ? { name, href: '' } : null;
      },
    },
    now,
  );
  if (!text) return attachments.length > 0 ? strings.files(attachments.length) : '';
  const letters = [...text];
  return isolated(letters.length > bodyMax ? `${letters.slice(0, bodyMax).join('')}…` : text);
}
