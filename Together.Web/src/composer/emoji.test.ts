// @vitest-environment node
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { emojiSet, qualified } from './emoji';

const require = createRequire(import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(require.resolve(`emojibase-data/en/${name}.json`), 'utf8'));
const all = (draws: (emoji: string) => boolean = () => true) => emojiSet(read('data'), read('messages'), read('shortcodes/github'), draws);

describe('the picker', () => {
  test('has the emoji that the host takes, as it spells them', () => {
    const list = readFileSync(`${import.meta.dirname}/../../../Together.Protocol/Emoji.txt`, 'utf8');
    const host = new Set(list.slice(list.indexOf('\n\n')).split('\n').filter(Boolean));
    const { data, named } = all();
    const offered = [...data.emojis.flatMap(({ emoji, skins }) => [emoji, ...Object.values(skins ?? {})]), ...named.map(({ emoji }) => emoji)];
    expect(offered.length).toBeGreaterThan(3000);
    expect(offered.filter((emoji) => !host.has(emoji))).toEqual([]);
  });

  test('finds them by shortcode', () => {
    const { data, named } = all();
    expect(data.emojis.find(({ emoji }) => emoji === '👍')?.tags).toContain('thumbsup');
    expect(named.find(({ shortcodes }) => shortcodes.includes('tada'))?.emoji).toBe('🎉');
    expect(named.every(({ shortcodes }) => shortcodes.length > 0 && shortcodes.every((code) => /^[a-z0-9_+-]+$/.test(code)))).toBe(true);
  });

  test('leaves out what the device cannot draw', () => {
    const without = all((emoji) => emoji !== '🇪🇺');
    expect(without.data.emojis.some(({ emoji }) => emoji === '🇩🇪')).toBe(false);
    expect(without.data.emojis.some(({ emoji }) => emoji === '🎉')).toBe(true);
  });
});

test('an emoji keeps its selector only where it needs it', () => {
  expect(qualified('👍\uFE0F')).toBe('👍');
  expect(qualified('❤\uFE0F')).toBe('❤\uFE0F');
});
