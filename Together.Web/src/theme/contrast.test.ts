// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

const css = readFileSync(`${import.meta.dirname}/tokens.css`, 'utf8');

type Colour = readonly [red: number, green: number, blue: number, alpha: number];
type Tokens = ReadonlyMap<string, string>;

function block(selector: string, from = css): Tokens {
  const start = from.indexOf(`${selector} {`);
  if (start < 0) throw new Error(`no block ${selector}`);
  const body = from.slice(from.indexOf('{', start) + 1, from.indexOf('}', start));
  return new Map([...body.matchAll(/^\s*([\w-]+):\s*([^;]+);/gm)].map(([, name = '', value = '']) => [name, value]));
}

const dark = block(':root');
const light = block(':root[data-theme="light"]');
const themes = { dark, light: new Map([...dark, ...light]) };

function colour(tokens: Tokens, name: string): Colour {
  const value = tokens.get(name) ?? '';
  const hex = /^#(..)(..)(..)$/.exec(value);
  if (hex) return [Number.parseInt(hex[1] ?? '', 16), Number.parseInt(hex[2] ?? '', 16), Number.parseInt(hex[3] ?? '', 16), 1];
  const rgb = /^rgb\((\d+) (\d+) (\d+) \/ (\d+)%\)$/.exec(value);
  if (rgb) return [Number(rgb[1]), Number(rgb[2]), Number(rgb[3]), Number(rgb[4]) / 100];
  throw new Error(`${name}: ${value} is not a colour`);
}

function over(top: Colour, below: Colour): Colour {
  const mix = (a: number, b: number) => a * top[3] + b * (1 - top[3]);
  return [mix(top[0], below[0]), mix(top[1], below[1]), mix(top[2], below[2]), 1];
}

/** WCAG 2.2's relative luminance, 0–1. */
function luminance([red, green, blue]: Colour): number {
  const linear = (channel: number) => (channel / 255 <= 0.04045 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4);
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

/** 1–21 of `front` over the layers, deepest first. */
function contrast(tokens: Tokens, front: string, layers: readonly string[]): number {
  const [first = '', ...rest] = layers;
  const ground = rest.reduce((below, name) => over(colour(tokens, name), below), colour(tokens, first));
  const [a, b] = [luminance(over(colour(tokens, front), ground)), luminance(ground)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

const surfaces = ['--surface-0', '--surface-1', '--surface-2', '--surface-3'];
const rows = ['--surface-1', '--surface-2', '--surface-3'];
const states = surfaces.flatMap((surface) => [[surface], [surface, '--hover'], [surface, '--active']]);
const pairs = (fronts: readonly string[], grounds: readonly (readonly string[])[]) =>
  fronts.flatMap((front) => grounds.map((ground) => [front, ground] as const));

const text = [
  ...pairs(['--text', '--text-muted', '--accent', '--danger'], states),
  ...pairs(
    ['--text-faint', '--warning', '--success', '--info'],
    surfaces.map((surface) => [surface]),
  ),
  ...pairs(['--text-faint'], [...rows.map((surface) => [surface, '--hover']), ['--highlight-bg']]),
  ...pairs(['--text', '--text-muted', '--accent'], [['--highlight-bg'], ['--highlight-bg', '--hover']]),
  ...pairs(['--text', '--text-muted', '--accent'], [['--accent-soft'], ['--accent-soft', '--hover']]),
  ...pairs(['--text', '--danger'], [['--danger-soft'], ['--danger-soft', '--hover']]),
  ...pairs(['--text', '--warning'], [['--warning-soft']]),
  ...pairs(['--text', '--success'], [['--success-soft']]),
  ...pairs(['--text', '--info'], [['--info-soft']]),
  ...pairs(['--on-accent'], [['--accent'], ['--accent-hover']]),
  ...pairs(['--on-danger'], [['--danger'], ['--danger-hover']]),
  ...pairs(['--on-badge'], [['--badge']]),
  ...pairs(['--on-scrim'], [['--surface-2', '--scrim']]),
  ...pairs(['--mention-text'], [['--mention-bg'], ...rows.map((surface) => [surface])]),
  ...pairs(['--text'], [['--spoiler-bg']]),
  ...pairs(
    ['--on-avatar'],
    [1, 2, 3, 4, 5, 6, 7, 8].map((number) => [`--avatar-${number}`]),
  ),
  ...pairs(
    ['--code-keyword', '--code-string', '--code-number', '--code-comment', '--code-title', '--code-type'],
    rows.map((surface) => [surface]),
  ),
];

const parts = [
  ...pairs(
    ['--focus', '--border-strong', '--status-online', '--status-away', '--status-dnd', '--status-offline'],
    surfaces.map((surface) => [surface]),
  ),
  ...pairs(
    ['--badge'],
    surfaces.map((surface) => [surface]),
  ),
  ...pairs(['--highlight-edge'], [['--highlight-bg']]),
];

describe.each(Object.entries(themes))('%s theme', (_, tokens) => {
  test.each(text)('%s is readable on %s', (front, ground) => {
    expect(contrast(tokens, front, ground)).toBeGreaterThanOrEqual(4.5);
  });
  test.each(parts)('%s stands out from %s', (front, ground) => {
    expect(contrast(tokens, front, ground)).toBeGreaterThanOrEqual(3);
  });
});

test('black on white has the contrast of 21', () => {
  const ink = new Map([
    ['--a', '#000000'],
    ['--b', '#ffffff'],
  ]);
  expect(contrast(ink, '--a', ['--b'])).toBeCloseTo(21);
});

test('the light theme is the same whether chosen or taken from the system', () => {
  expect(block(':root:not([data-theme])')).toEqual(light);
});

test('both themes set every colour', () => {
  const colours = (tokens: Tokens) => [...tokens].filter(([, value]) => /#|rgb/.test(value)).map(([name]) => name);
  expect(colours(light)).toEqual(colours(dark));
});
