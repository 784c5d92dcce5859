export interface Keybind {
  /** As `Keys` takes them. */
  keys: string;
  does: string;
}

/** All keys that do something, for the settings to list. */
export const keybinds: readonly Keybind[] = [
  { keys: 'Mod+K', does: 'Go to a channel, conversation, server or person' },
  { keys: 'Mod+F', does: 'Search messages' },
  { keys: 'Mod+/', does: 'Show all keys' },
  { keys: 'Alt+ArrowUp', does: 'Previous channel' },
  { keys: 'Alt+ArrowDown', does: 'Next channel' },
  { keys: 'Alt+Shift+ArrowUp', does: 'Previous unread channel' },
  { keys: 'Alt+Shift+ArrowDown', does: 'Next unread channel' },
];
