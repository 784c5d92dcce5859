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
} as const;
