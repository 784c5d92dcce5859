import { expect, test } from 'vitest';
import { pictureBox, sizeText } from './pictures';

test('a picture keeps its proportions within the room there is', () => {
  expect(pictureBox({ width: 300, height: 200 })).toEqual({ width: 300, height: 200 });
  expect(pictureBox({ width: 4200, height: 2100 })).toEqual({ width: 420, height: 210 });
  expect(pictureBox({ width: 1000, height: 3400 })).toEqual({ width: 100, height: 340 });
});

test('one that is all but a line is clipped', () => {
  expect(pictureBox({ width: 1, height: 16384 })).toEqual({ width: 48, height: 340 });
  expect(pictureBox({ width: 16384, height: 1 })).toEqual({ width: 420, height: 48 });
  expect(pictureBox({ width: null, height: 0 })).toEqual({ width: 48, height: 48 });
});

test('sizes are said in the unit that fits', () => {
  expect(sizeText(0)).toBe('0 B');
  expect(sizeText(999)).toBe('999 B');
  expect(sizeText(48_213)).toBe('48 kB');
  expect(sizeText(1_500_000)).toBe(`${(1.5).toLocaleString()} MB`);
});
