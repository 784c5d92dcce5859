const many = (count: number, one: string, several: string) => (count === 1 ? one : several);

export const messages = {
  listOf: (name: string) => `Messages in ${name}`,
  feedOf: (name: string) => `What was said in ${name}`,
  loading: 'Loading messages…',
  failed: 'These messages could not be loaded',
  retry: 'Try again',
  noHistory: 'What was said before is not open to you',
  noHistoryHint: 'What people write from now on shows up here. To read older messages, ask somebody who runs this server.',

  beginning: (name: string) => `This is the beginning of #${name}`,
  beginningWith: (name: string) => `This is the beginning of your conversation with ${name}`,
  beginningOfGroup: (name: string) => `This is the beginning of ${name}`,
  beginningHint: 'Everything that is said here stays for those who come later.',
  privateHint: 'Only you two can read what is said here.',
  groupHint: 'Only the people in this group can read what is said here.',
  empty: 'Nothing has been said yet',
  emptyHint: 'Write the first message below.',
  emptySilent: 'When somebody writes, it shows up here.',
  nobody: 'nobody',

  today: 'Today',
  yesterday: 'Yesterday',
  fresh: 'New',
  newSince: (count: string, isOne: boolean, since: string) => `${count} new ${isOne ? 'message' : 'messages'} since ${since}`,
  markRead: 'Mark as read',
  toFirstNew: 'Go to the first new message',
  toPresent: 'Jump to present',
  inPast: 'These are older messages',
  newBelow: (count: number) => many(count, '1 new message', `${count} new messages`),

  missing: 'This message is not there any more',
  missingHint: 'It was deleted, or you cannot see it.',

  edited: '(edited)',
  editedAt: (when: string) => `Edited ${when}`,
  pinned: 'Pinned',
  deletedReply: 'The message was deleted',
  replyTo: (name: string) => `In reply to ${name}`,
  inReplyTo: 'In reply to',
  toReply: 'Go to this message',
  onlyFiles: 'A file',
  joined: 'joined the server. Say hello!',
  pinnedOne: 'pinned a message.',
  seePinned: 'See it',
  profileOf: (name: string) => `Profile of ${name}`,
  unknownAuthor: 'Somebody',

  blocked: (count: number) => many(count, '1 blocked message', `${count} blocked messages`),
  show: 'Show',
  hide: 'Hide',

  sending: 'Sending…',
  notSent: 'Not sent.',
  sendAgain: 'Try again',
  discard: 'Delete',
  copy: 'Copy',

  actions: 'What you can do with this message',
  reactWith: (emoji: string) => `React with ${emoji}`,
  addReaction: 'Add reaction',
  reply: 'Reply',
  edit: 'Edit',
  more: 'More',
  copyText: 'Copy text',
  copyLink: 'Copy link',
  markUnread: 'Mark unread from here',
  pin: 'Pin',
  unpin: 'Unpin',
  remove: 'Delete',
  viewProfile: 'View profile',
  copied: 'Copied',
  copiedLink: 'Link copied',
  copyFailed: 'The browser did not allow copying',

  removeTitle: 'Delete this message?',
  removeHint: 'Nobody will be able to read it any more. Hold Shift while you delete to skip this question.',
  keep: 'Keep it',

  editLabel: 'Edit message',
  editHint: 'Enter saves, Escape cancels',
  save: 'Save',
  cancel: 'Cancel',

  reactions: 'Reactions',
  reactionOf: (emoji: string, count: number, mine: boolean) =>
    `${emoji}, ${many(count, '1 person', `${count} people`)}${mine ? ', you too. Take yours away' : '. Add yours'}`,
  reactedBy: (names: string, emoji: string) => `${names} reacted with ${emoji}`,
  you: 'You',
  others: (count: number) => many(count, '1 other', `${count} others`),
  and: (list: readonly string[]) => (list.length < 2 ? (list[0] ?? '') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`),

  image: (name: string) => `Show ${name}`,
  imageGone: 'This picture cannot be shown',
  lightbox: 'Picture',
  place: (index: number, count: number) => `${index} of ${count}`,
  previous: 'Previous picture',
  next: 'Next picture',
  zoomIn: 'Show in full size',
  zoomOut: 'Fit to the window',
  openOriginal: 'Open in a new tab',
  download: (name: string) => `Download ${name}`,
  downloadIt: 'Download',
  audio: (name: string) => `Sound: ${name}`,
  video: (name: string) => `Video: ${name}`,

  typing: (names: readonly string[]) => {
    if (names.length === 0) return '';
    if (names.length === 1) return `${names[0]} is typing…`;
    if (names.length === 2) return `${names[0]} and ${names[1]} are typing…`;
    if (names.length === 3) return `${names[0]}, ${names[1]} and ${names[2]} are typing…`;
    return 'Several people are typing…';
  },

  said: (name: string, text: string) => `${name}: ${text}`,
  withFiles: (count: number) => many(count, 'a file', `${count} files`),

  pins: 'Pinned messages',
  noPins: 'Nothing is pinned',
  noPinsHint: 'Pin what everybody should find again: open a message’s menu and choose Pin.',
  jump: 'Go to it',
  pinsFailed: 'The pinned messages could not be loaded',
  pinBy: (name: string) => `Message of ${name}`,
  closePins: 'Close pinned messages',
} as const;
