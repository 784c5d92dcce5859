export const app = {
  starting: 'Loading Together…',
  unreachable: 'The host cannot be reached',
  unreachableHint: 'Together tries again by itself. Check your connection, or ask who runs this host.',
  nowhere: 'Nothing is here',
  nowhereHint: 'The link may be old, or it leads to something you cannot see.',
  toFriends: 'Go to your conversations',
  connecting: 'Connecting…',
  reconnecting: 'The connection is lost. Reconnecting…',
  offline: 'You are offline. What you send waits here until you are back.',
  navigation: 'Servers and channels',
  skipToMessages: 'Skip to the messages',
} as const;
