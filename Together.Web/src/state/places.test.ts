import fc from 'fast-check';
import { expect, it } from 'vitest';
import { parsePlaces } from './places';

it('what_was_kept_comes_back', () => {
  const places = { last: 'a', lastIn: { s: 'a' }, closed: ['c'], serverOrder: ['s'], recent: ['a'] };
  expect(parsePlaces(JSON.stringify(places))).toEqual(places);
});

it('whatever_the_storage_holds_gives_places', () => {
  const any = fc.oneof(
    fc.string(),
    fc.json(),
    fc.record({ last: fc.anything(), lastIn: fc.anything(), closed: fc.anything() }).map((v) => JSON.stringify(v)),
  );
  fc.assert(
    fc.property(any, (text) => {
      const places = parsePlaces(text);
      expect(places.closed.every((id) => typeof id === 'string')).toBe(true);
      expect(Object.values(places.lastIn).every((id) => typeof id === 'string')).toBe(true);
    }),
  );
  expect(parsePlaces(null).last).toBeNull();
});
