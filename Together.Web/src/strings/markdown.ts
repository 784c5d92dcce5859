export const markdown = {
  spoiler: 'Spoiler, press to show',
  everyone: '@everyone',
  here: '@here',
  user: (name: string) => `@${name}`,
  role: (name: string) => `@${name}`,
  channel: (name: string) => `#${name}`,
  code: (lang: string | null) => (lang ? `Code, ${lang}` : 'Code'),
  copy: 'Copy',
  copied: 'Copied',
  notCopied: 'Could not be copied',
  /** In place of a spoiler where it cannot be shown; of one length, which says nothing of the text's. */
  spoilerBlocks: '▮▮▮',
} as const;
