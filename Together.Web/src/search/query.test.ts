import fc from 'fast-check';
import { expect, it } from 'vitest';
import { filterKeys, formatFilter, formatQuery, lastToken, parseQuery } from './query';

it('words_and_filters_come_apart', () => {
  expect(parseQuery('from:ada raid  IN:general tonight')).toEqual({
    words: 'raid tonight',
    filters: [
      { key: 'from', value: 'ada' },
      { key: 'in', value: 'general' },
    ],
  });
});

it('names_with_spaces_stand_in_quotes', () => {
  expect(parseQuery('from:"Ada L" hi').filters).toEqual([{ key: 'from', value: 'Ada L' }]);
  expect(parseQuery('from:"A \\"B\\" \\\\ C"').filters).toEqual([{ key: 'from', value: 'A "B" \\ C' }]);
  expect(formatFilter({ key: 'from', value: 'A "B"' })).toBe('from:"A \\"B\\""');
});

it('a_filter_within_a_phrase_is_a_phrase', () => {
  expect(parseQuery('"say from:ada twice" -"has:file"')).toEqual({ words: '"say from:ada twice" -"has:file"', filters: [] });
});

it('addresses_and_unknown_keys_are_words', () => {
  expect(parseQuery('https://example.org/in:x by:ada')).toEqual({ words: 'https://example.org/in:x by:ada', filters: [] });
});

it('a_filter_that_is_being_typed_is_neither_word_nor_filter', () => {
  expect(parseQuery('raid from:')).toEqual({ words: 'raid', filters: [] });
});

it('the_last_token_is_what_is_typed', () => {
  expect(lastToken('raid fr')).toEqual(expect.objectContaining({ start: 5, key: null, value: 'fr' }));
  expect(lastToken('raid from:Ad')).toEqual(expect.objectContaining({ start: 5, key: 'from', value: 'Ad' }));
  expect(lastToken('raid from:"Ada ')).toEqual(expect.objectContaining({ key: 'from', value: 'Ada ', isClosed: false }));
  expect(lastToken('from:"Ada L"')).toEqual(expect.objectContaining({ value: 'Ada L', isClosed: true }));
  expect(lastToken('raid ')).toEqual(expect.objectContaining({ start: 5, key: null, value: '' }));
});

it('what_was_formatted_is_parsed_to_the_same', () => {
  const filter = fc.record({ key: fc.constantFrom(...filterKeys), value: fc.string({ minLength: 1 }) });
  const words = fc.constantFrom('', 'raid', 'raid tonight', '"in quotes" -not beg*');
  fc.assert(
    fc.property(fc.array(filter), words, (filters, text) => {
      expect(parseQuery(formatQuery({ words: text, filters }))).toEqual({ words: text, filters });
    }),
  );
});

it('whatever_is_typed_is_parsed', () => {
  const soup = fc.array(fc.constantFrom('from:', 'in:', '"', '\\', ' ', '-', 'a', ':', 'has:file', '\n'), { maxLength: 20 });
  fc.assert(
    fc.property(soup, (parts) => {
      const text = parts.join('');
      const parsed = parseQuery(text);
      expect(parsed.filters.every(({ value }) => value !== '')).toBe(true);
      expect(lastToken(text).start).toBeLessThanOrEqual(text.length);
    }),
  );
});
