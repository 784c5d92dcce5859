export const composer = {
  // Emoji
  emoji: 'Emoji',
  searchEmoji: 'Search emoji',
  loadingEmoji: 'Loading emoji…',
  noEmoji: (search: string) => `No emoji is called “${search}”.`,
  emojiFailed: 'The emoji could not be loaded',
  emojiFailedHint: 'Check your connection and try again.',
  recentEmoji: 'Recently used',
  emojiCategories: 'Categories',
  emojiHint: 'Pick an emoji',
  skinTone: (tone: string) => `Skin tone: ${tone}`,
  skinTones: { none: 'Default', light: 'Light', 'medium-light': 'Medium-light', medium: 'Medium', 'medium-dark': 'Medium-dark', dark: 'Dark' },

  // Completion
  suggestions: { mention: 'People and roles', channel: 'Channels', emoji: 'Emoji' },
  suggestionsFound: (count: number) => (count === 1 ? '1 suggestion. Enter takes it.' : `${count} suggestions. Arrow keys choose, Enter takes one.`),
  everyone: 'Everybody in this channel',
  here: 'Everybody in this channel who is online',
  role: 'Role',

  // Editor
  charactersLeft: (count: number) => (count === 1 ? '1 character left' : `${count} characters left`),
  charactersTooMany: (count: number) => (count === 1 ? '1 character too many' : `${count} characters too many`),

  // Composer
  message: (name: string) => `Message ${name}`,
  unnamedGroup: 'this group',
  add: 'Add files and more',
  upload: 'Upload files',
  formatting: 'Formatting',
  send: 'Send message',
  replyingTo: 'Replying to',
  toReplied: 'Show the message',
  cancelReply: 'Cancel the reply',
  slowMode: (seconds: number) => `Slow mode: one message every ${duration(seconds)}`,
  slowModeLeft: (seconds: number) => `Slow mode: you can write again in ${duration(seconds)}`,
  loading: 'Loading the channel…',
  forbidden: 'You do not have the permission to write here.',
  timedOut: (until: string) => `You are timed out until ${until}. You can read, but not write.`,
  blocked: (name: string) => `You have blocked \u2068${name}\u2069. Unblock them to write here.`,
  tooLong: (count: number) => (count === 1 ? 'This is 1 character too long.' : `This is ${count.toLocaleString()} characters too long.`),
  sendAsFile: 'Send as a file message.txt',
  longMessageFile: 'message.txt',

  // Files
  dropFiles: 'Drop to add files',
  dropHint: (channel: string) => `They go into your next message in \u2068${channel}\u2069.`,
  mayNotAttach: 'You may not add files here',
  files: 'Files of this message',
  uploading: (name: string) => `Uploading ${name}`,
  waiting: 'Waiting for its turn',
  uploaded: 'Ready to send',
  percent: (share: number) => `${Math.floor(share * 100)} %`,
  remove: (name: string) => `Remove ${name}`,
  cancelUpload: (name: string) => `Cancel the upload of ${name}`,
  uploadAgain: 'Try again',
  failedFile: 'A file could not be uploaded. Try it again, or remove it.',
  sendingWhenUploaded: 'Your message goes out as soon as its files are uploaded.',
  keepWriting: 'Keep writing',
  notAdded: (count: number) => (count === 1 ? 'A file was not added' : `${count} files were not added`),
  refused: {
    empty: (name: string) => `${name} is empty.`,
    folder: (name: string) => `${name} is a folder. Add its files, or pack it into an archive.`,
    too_large: (name: string, limit: string) => `${name} is larger than ${limit}, the most that this host takes.`,
    too_many: (name: string, limit: number) => `${name}: a message has at most ${limit} files.`,
  },
  andMore: (count: number) => `And ${count} more.`,

  // Formatting help
  youType: 'You type',
  youGet: 'You get',
  shortcut: 'Shortcut',
  formats: {
    bold: 'bold',
    italic: 'italic',
    underline: 'underlined',
    strike: 'struck out',
    spoiler: 'hidden until it is pressed',
    code: 'code',
    codeBlock: 'a block of code',
    quote: 'a quote',
    list: 'a list',
    heading: 'a heading',
    link: 'a link',
  },
} as const;

function duration(seconds: number): string {
  const units = [
    [3600, 'h'],
    [60, 'min'],
    [1, 's'],
  ] as const;
  const parts = units.flatMap(([length, unit], index) => {
    const above = units[index - 1]?.[0] ?? Number.POSITIVE_INFINITY;
    const count = Math.floor((seconds % above) / length) || 0;
    return count > 0 ? [`${count} ${unit}`] : [];
  });
  return parts.join(' ');
}
