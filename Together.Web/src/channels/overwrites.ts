import type { Overwrite } from '@/contracts';
import { Permission } from '@/state/permissions';
import type { Id } from '@/state/state';

export type Choice = 'allow' | 'inherit' | 'deny';

/** What a channel can change, in the order in which it is shown. */
export const channelChoices = {
  text: [
    'VIEW_CHANNEL',
    'READ_MESSAGE_HISTORY',
    'SEND_MESSAGES',
    'ATTACH_FILES',
    'EMBED_LINKS',
    'ADD_REACTIONS',
    'MENTION_EVERYONE',
    'MANAGE_MESSAGES',
    'CREATE_INVITE',
    'MANAGE_CHANNELS',
    'MANAGE_ROLES',
  ],
  voice: ['VIEW_CHANNEL', 'CONNECT_VOICE', 'SPEAK', 'STREAM', 'CREATE_INVITE', 'MANAGE_CHANNELS', 'MANAGE_ROLES'],
  category: [
    'VIEW_CHANNEL',
    'READ_MESSAGE_HISTORY',
    'SEND_MESSAGES',
    'ATTACH_FILES',
    'EMBED_LINKS',
    'ADD_REACTIONS',
    'MENTION_EVERYONE',
    'MANAGE_MESSAGES',
    'CONNECT_VOICE',
    'SPEAK',
    'STREAM',
    'CREATE_INVITE',
    'MANAGE_CHANNELS',
    'MANAGE_ROLES',
  ],
} as const;

export type ChannelPermission = (typeof channelChoices)[keyof typeof channelChoices][number];

export function choiceOf({ allow, deny }: Pick<Overwrite, 'allow' | 'deny'>, name: ChannelPermission): Choice {
  const bit = Permission[name];
  if (BigInt(allow) & bit) return 'allow';
  return BigInt(deny) & bit ? 'deny' : 'inherit';
}

export function withChoice(overwrite: Overwrite, name: ChannelPermission, choice: Choice): Overwrite {
  const bit = Permission[name];
  const allow = BigInt(overwrite.allow) & ~bit;
  const deny = BigInt(overwrite.deny) & ~bit;
  return {
    ...overwrite,
    allow: String(choice === 'allow' ? allow | bit : allow),
    deny: String(choice === 'deny' ? deny | bit : deny),
  };
}

/** Those that differ from what was there; one that is gone comes with nothing in it. */
export function changed(before: readonly Overwrite[], after: readonly Overwrite[]): Overwrite[] {
  const was = (id: Id) => before.find((overwrite) => overwrite.id === id);
  const edited = after.filter((overwrite) => {
    const old = was(overwrite.id);
    return (old?.allow ?? '0') !== overwrite.allow || (old?.deny ?? '0') !== overwrite.deny;
  });
  const gone = before.filter(({ id }) => !after.some((overwrite) => overwrite.id === id));
  return [...edited, ...gone.map((overwrite) => ({ ...overwrite, allow: '0', deny: '0' }))];
}

/** For everybody but those who are let in: the creator must stay in, or they could not open what they made. */
export function privateTo(serverId: Id, userId: Id): Overwrite[] {
  const view = String(Permission.VIEW_CHANNEL);
  return [
    { id: serverId, type: 'role', allow: '0', deny: view },
    { id: userId, type: 'member', allow: view, deny: '0' },
  ];
}
