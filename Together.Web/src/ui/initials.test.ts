import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hueOf, initials } from './initials';

test.each([
  ['Ada Lovelace', 'AL'],
  ['ada', 'A'],
  ['Ada King Lovelace', 'AL'],
  ['ada_lovelace.dev', 'AD'],
  ['  ', '?'],
  ['', '?'],
  ['émile zola', 'ÉZ'],
  ['李小龍', '李'],
  ['نور الهدى', 'نا'],
  ['🦀 Rustaceans', '🦀'],
  ['Garden 👩‍🌾', '👩‍🌾'],
  ['🇺🇦 Kyiv', '🇺🇦'],
  ['***', '*'],
  ['\u202eadA', 'A'],
  ['\u202e\u2066', '?'],
])('the initials of %j are %j', (name, expected) => {
  expect(initials(name)).toBe(expected);
});

test('one character where there is room for one', () => {
  expect(initials('Ada Lovelace', 1)).toBe('A');
});

test('a heap of combining marks stays one letter', () => {
  expect(initials(`a${'\u0301'.repeat(4000)} b`)).toBe('AB');
});

test('no name is too strange, and none shows controls or grows', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const shown = initials(name);
      expect(shown.length).toBeGreaterThan(0);
      expect(shown.length).toBeLessThanOrEqual(64);
      expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
    }),
  );
});

test('the same id has the same colour, and ids share the eight fairly', () => {
  const counts = new Map<number, number>();
  for (let index = 0; index < 8000; index++) {
    const hue = hueOf(`0198c7a2-${index}`);
    counts.set(hue, (counts.get(hue) ?? 0) + 1);
  }
  expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(Math.min(...counts.values())).toBeGreaterThan(800);
  expect(hueOf('0198c7a2-7')).toBe(hueOf('0198c7a2-7'));
});
