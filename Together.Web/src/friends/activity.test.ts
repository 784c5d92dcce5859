import { expect, it } from 'vitest';
import { ago } from './activity';

const now = Date.parse('2026-03-01T12:00:00Z');

it('says_the_largest_unit', () => {
  expect(ago(now - 30_000, now)).toBe('now');
  expect(ago(now - 5 * 60_000, now)).toBe('5 min. ago');
  expect(ago(now - 3 * 3_600_000, now)).toBe('3 hr. ago');
  expect(ago(now - 86_400_000, now)).toBe('yesterday');
  expect(ago(now - 20 * 86_400_000, now)).toBe('2 wk. ago');
});

it('shows_no_future_on_a_clock_that_is_behind', () => {
  expect(ago(now + 3_600_000, now)).toBe('now');
});
