export const notifications = {
  group: (name: string, group: string) => `${name} (${group})`,
  channel: (name: string, channel: string, server: string) => `${name} (#${channel}, ${server})`,
  groupChat: 'a group',
  files: (count: number) => (count === 1 ? 'Sent a file' : `Sent ${count} files`),
  settings: {
    title: 'On this device',
    show: 'Show notifications',
    showHint: 'Of messages that concern you, while you look elsewhere. Never while your status is “Do not disturb”.',
    denied: 'The browser does not let Together show notifications. Allow it in the settings of this site, then turn this on.',
    unsupported: 'This browser shows no notifications here: they need HTTPS.',
    sound: 'Play a sound',
    soundHint: 'A short one, for conversations and mentions.',
  },
} as const;
