import type { Permission } from '@/state/permissions';

export type PermissionName = keyof typeof Permission;

interface Words {
  label: string;
  hint: string;
  /** Whoever has it can do harm that is hard to undo. */
  isDangerous?: true;
}

/** What each permission lets people do. */
export const permissionWords: Record<PermissionName, Words> = {
  VIEW_CHANNEL: { label: 'See channels', hint: 'See channels and who is in them. Without it nothing else in a channel works.' },
  READ_MESSAGE_HISTORY: { label: 'Read earlier messages', hint: 'Read and search what was written before.' },
  SEND_MESSAGES: { label: 'Write messages', hint: 'Write in text channels.' },
  ATTACH_FILES: { label: 'Attach files', hint: 'Send pictures and files.' },
  EMBED_LINKS: { label: 'Preview links', hint: 'Links show a preview of where they lead.' },
  ADD_REACTIONS: { label: 'Add reactions', hint: 'React with an emoji that nobody has used on a message yet.' },
  MENTION_EVERYONE: { label: 'Mention everyone', hint: 'Call everybody at once with @everyone and @here, and all roles.' },
  CHANGE_NICKNAME: { label: 'Change own nickname', hint: 'Choose another name for this server.' },
  CREATE_INVITE: { label: 'Invite people', hint: 'Make links that let new people in.' },
  CONNECT_VOICE: { label: 'Join voice channels', hint: 'Join, and hear the others.' },
  SPEAK: { label: 'Speak', hint: 'Be heard in voice channels.' },
  STREAM: { label: 'Share the screen', hint: 'Show camera or screen in voice channels.' },
  PRIORITY_SPEAKER: { label: 'Speak with priority', hint: 'Be heard above the others.' },
  MANAGE_MESSAGES: { label: 'Manage messages', hint: 'Delete and pin messages of others, and write without slow mode.', isDangerous: true },
  MANAGE_NICKNAMES: { label: 'Manage nicknames', hint: 'Change the nicknames of members with lower roles.' },
  TIMEOUT_MEMBERS: { label: 'Time members out', hint: 'Silence members with lower roles for up to 28 days.' },
  KICK_MEMBERS: { label: 'Kick members', hint: 'Remove members with lower roles; an invite lets them back in.', isDangerous: true },
  BAN_MEMBERS: { label: 'Ban members', hint: 'Remove people for good, and delete what they wrote lately.', isDangerous: true },
  MUTE_MEMBERS: { label: 'Mute members', hint: 'Silence others in voice channels.' },
  DEAFEN_MEMBERS: { label: 'Deafen members', hint: 'Stop others from hearing in voice channels.' },
  MOVE_MEMBERS: { label: 'Move members', hint: 'Move others between voice channels.' },
  VIEW_AUDIT_LOG: { label: 'Read the audit log', hint: 'See who changed what, hidden channels included.' },
  MANAGE_CHANNELS: { label: 'Manage channels', hint: 'Create, change and delete channels.', isDangerous: true },
  MANAGE_ROLES: { label: 'Manage roles', hint: 'Create and change lower roles, and give what one has to others.', isDangerous: true },
  MANAGE_SERVER: { label: 'Manage the server', hint: 'Change name and icon, and see and revoke all invites.', isDangerous: true },
  MANAGE_EMOJI: { label: 'Manage emoji', hint: 'Add and remove emoji of this server.' },
  MANAGE_WEBHOOKS: { label: 'Manage webhooks', hint: 'Let other programs write here.', isDangerous: true },
  ADMINISTRATOR: { label: 'Administrator', hint: 'Everything, in every channel, whatever else is set. Give it to few.', isDangerous: true },
};

export const permissionGroups: readonly { title: string; names: readonly PermissionName[] }[] = [
  {
    title: 'Reading and writing',
    names: ['VIEW_CHANNEL', 'READ_MESSAGE_HISTORY', 'SEND_MESSAGES', 'ATTACH_FILES', 'EMBED_LINKS', 'ADD_REACTIONS', 'MENTION_EVERYONE'],
  },
  { title: 'Membership', names: ['CREATE_INVITE', 'CHANGE_NICKNAME'] },
  { title: 'Voice', names: ['CONNECT_VOICE', 'SPEAK', 'STREAM', 'PRIORITY_SPEAKER'] },
  {
    title: 'Moderation',
    names: [
      'MANAGE_MESSAGES',
      'MANAGE_NICKNAMES',
      'TIMEOUT_MEMBERS',
      'KICK_MEMBERS',
      'BAN_MEMBERS',
      'MUTE_MEMBERS',
      'DEAFEN_MEMBERS',
      'MOVE_MEMBERS',
      'VIEW_AUDIT_LOG',
    ],
  },
  { title: 'Running the server', names: ['MANAGE_CHANNELS', 'MANAGE_ROLES', 'MANAGE_SERVER', 'MANAGE_EMOJI', 'MANAGE_WEBHOOKS', 'ADMINISTRATOR'] },
];

export const permissionNotes = {
  dangerous: 'Powerful',
  notYours: 'You do not have this yourself, so you cannot give or take it.',
  byAdministrator: 'Included in Administrator.',
} as const;
