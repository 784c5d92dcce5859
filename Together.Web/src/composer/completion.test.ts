import { describe, expect, test } from 'vitest';
import { queryAt } from './completion';

/** `|` is the caret. */
function query(marked: string) {
  const caret = marked.indexOf('|');
  const found = queryAt(marked.replace('|', ''), caret);
  return found && `${found.kind} ${found.from} ${found.text}`;
}

describe('what is looked for', () => {
  test.each([
    ['@|', 'mention 0 '],
    ['hi @bo|', 'mention 3 bo'],
    ['(@bo|)', 'mention 1 bo'],
    ['\n#gen|', 'channel 1 gen'],
    ['so :sm|', 'emoji 3 sm'],
    [':+1|', 'emoji 0 +1'],
    ['こ @田|', 'mention 2 田'],
    ['`code` @a|', 'mention 7 a'],
  ])('in %j is %j', (marked, found) => {
    expect(query(marked)).toBe(found);
  });

  test.each([
    'ada@example|',
    'hi @bo b|',
    '@b|ob',
    ':s|',
    ':)|',
    'https://x.org:80|',
    'https://x.org/#a|',
    '## |',
    '##a|',
    '<@01|',
    '`@bo|',
    '```\n@bo|',
    '12:30|',
    `@${'a'.repeat(60)}|`,
  ])('in %j is nothing', (marked) => {
    expect(query(marked)).toBe(null);
  });
});
