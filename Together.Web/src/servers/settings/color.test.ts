import fc from 'fast-check';
import { expect, test } from 'vitest';
import { colorOf, hexOf } from './color';

test('a colour is written and read alike', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 0xffffff }), (color) => {
      expect(colorOf(`#${hexOf(color)}`)).toBe(color);
    }),
  );
});

test.each([
  ['', 0],
  [' 5FD8BD ', 0x5fd8bd],
  ['#fff', null],
  ['mint', null],
  ['5fd8bd0', null],
])('%j is %j', (text, expected) => {
  expect(colorOf(text)).toBe(expected);
});
