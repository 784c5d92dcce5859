import { expect, test } from 'vitest';
import { forEver } from '@/actions/servers';
import { mutedTo, muteUntil } from './muteUntil';

const now = Date.parse('2026-11-21T20:00:00.000Z');

test('a mute ends when it says', () => {
  expect(muteUntil('15m', now)).toBe('2026-11-21T20:15:00.000Z');
  expect(muteUntil('24h', now)).toBe('2026-11-22T20:00:00.000Z');
  expect(mutedTo(muteUntil('1h', now), now)).toBe(now + 3_600_000);
});

test('until I turn it back on has no end', () => {
  expect(mutedTo(muteUntil('forever', now), now)).toBe(Number.POSITIVE_INFINITY);
  expect(Date.parse(forEver)).toBeGreaterThan(now);
});

test('what has ended, or never was, is no mute', () => {
  expect(mutedTo('2026-11-21T20:00:00.000Z', now)).toBeNull();
  expect(mutedTo(null, now)).toBeNull();
  expect(mutedTo('soon', now)).toBeNull();
});
