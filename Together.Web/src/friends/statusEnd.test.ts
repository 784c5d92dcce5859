import { expect, it } from 'vitest';
import { statusEnd } from './statusEnd';

const now = new Date(2026, 11, 31, 22, 15);

it('a_status_ends_when_it_was_said_to', () => {
  expect(statusEnd('never', now, '2026-12-31T23:00:00Z')).toBeNull();
  expect(statusEnd('kept', now, '2026-12-31T23:00:00Z')).toBe('2026-12-31T23:00:00Z');
  expect(Date.parse(statusEnd('minutes30', now, null) ?? '')).toBe(now.getTime() + 1_800_000);
  expect(Date.parse(statusEnd('hours4', now, null) ?? '')).toBe(now.getTime() + 14_400_000);
});

it('today_ends_at_the_midnight_of_this_place', () => {
  expect(new Date(statusEnd('today', now, null) ?? '')).toEqual(new Date(2027, 0, 1));
});
