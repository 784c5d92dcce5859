// @vitest-environment node
import { expect, test } from 'vitest';
import { isEmojiOnly } from './emoji.ts';
import { plainText } from './plainText.ts';

const id = '0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3';
const names = {
  user: (user: string) => (user === id ? { name: 'Ada' } : null),
  role: (role: string) => (role === id ? { name: 'Crew', color: 0 } : null),
  channel: (channel: string) => (channel === id ? { name: 'general', href: '/channels/1' } : null),
};
const nobody = '0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b4';

test.each([
  ['**a** _b_ ~~c~~ __d__ `e`', 'a b c d e'],
  ['# a\n> b\n- c\n- d\n-# e\n\n```js\nf\n g\n```', 'a b c d e f g'],
  ['it was ||the **butler**||!', 'it was ▮▮▮!'],
  ['[the site](https://x.org) https://y.org', 'the site https://y.org'],
  [`<@${id}> <@&${id}> <#${id}> @here`, '@\u2068Ada\u2069 @\u2068Crew\u2069 #\u2068general\u2069 @here'],
  [`<@${nobody}> <@&${nobody}> <#${nobody}>`, `<@${nobody}> <@&${nobody}> <#${nobody}>`],
  ['\\*a\\*', '*a*'],
])('%s in one line', (content, expected) => {
  expect(plainText(content, names)).toBe(expected);
});

test('a timestamp in one line is told from now', () => {
  expect(plainText('<t:1000:R>', names, 1_060_000)).toBe('1 minute ago');
  expect(plainText('<t:1000:R>', names, 900_000)).toBe('in 1 minute');
});

test.each(['😀', ' 😀 👍🏽\n❤️ ', '👩‍👩‍👧‍👦🏳️‍🌈', '🇫🇷🏴󠁧󠁢󠁳󠁣󠁴󠁿', '1️⃣#️⃣', '☺️', '😀'.repeat(27)])('%s is emoji only', (content) => {
  expect(isEmojiOnly(content)).toBe(true);
});

test.each(['', ' ', 'a', '😀a', '1', '#', '©', '☺', ':)', '🇫', '`😀`', '😀'.repeat(28), '👍🏽'.repeat(28)])('%s is not emoji only', (content) => {
  expect(isEmojiOnly(content)).toBe(false);
});
