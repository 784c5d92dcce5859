// @vitest-environment node
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contrast, luminance, readable } from './roleColor';

const tokens = readFileSync(`${import.meta.dirname}/../theme/tokens.css`, 'utf8');
const [dark = '', light = ''] = tokens.split('[data-theme="light"]');

const channels = (hex: string) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
const background = (theme: string, name: string) => luminance(channels(theme.match(new RegExp(`--${name}: (#[0-9a-f]{6})`))?.[1] ?? ''));

test('every colour of a role can be read on either theme', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 0xffffff }), (color) => {
      const name = readable(color);
      for (const surface of ['surface-2', 'highlight-bg']) {
        expect(contrast(luminance(channels(name.dark)), background(dark, surface))).toBeGreaterThanOrEqual(4.5);
        expect(contrast(luminance(channels(name.light)), background(light, surface))).toBeGreaterThanOrEqual(4.5);
      }
    }),
  );
});

test('a colour that can be read stays as it is', () => {
  expect(readable(0xffcc66).dark).toBe('#ffcc66');
  expect(readable(0x663300).light).toBe('#663300');
});
