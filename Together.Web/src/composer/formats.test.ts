import { describe, expect, test } from 'vitest';
import { type Change, continued, isInFence, type Marker, toggled } from './formats';

/** `[` and `]` are the ends of what is selected. */
function apply(marked: string, change: (text: string, start: number, end: number) => Change | null): string | null {
  const start = marked.indexOf('[');
  const end = marked.indexOf(']') - 1;
  const text = marked.replace(/[[\]]/g, '');
  const made = change(text, start, end);
  if (!made) return null;
  const after = text.slice(0, made.from) + made.insert + text.slice(made.to);
  return `${after.slice(0, made.select[0])}[${after.slice(...made.select)}]${after.slice(made.select[1])}`;
}

const toggle = (marked: string, marker: Marker) => apply(marked, (text, start, end) => toggled(text, start, end, marker));
const newLine = (marked: string) => apply(marked, (text, start) => continued(text, start));

describe('a format', () => {
  test.each<[string, Marker, string]>([
    ['a [word] b', '**', 'a **[word]** b'],
    ['a **[word]** b', '**', 'a [word] b'],
    ['a [**word**] b', '**', 'a [word] b'],
    ['[]', '*', '*[]*'],
    ['*[]*', '*', '[]'],
    ['a [ word ]b', '~~', 'a  ~~[word]~~ b'],
    ['**[word]**', '*', '***[word]***'],
    ['***[word]***', '*', '**[word]**'],
    ['***[word]***', '**', '*[word]*'],
    ['[**word**]', '*', '*[**word**]*'],
    ['__[word]__', '__', '[word]'],
    ['[one\ntwo]', '`', '```\n[one\ntwo]\n```'],
    ['[word]', '`', '`[word]`'],
  ])('of %j with %s is %j', (before, marker, after) => {
    expect(toggle(before, marker)).toBe(after);
  });
});

describe('a new line', () => {
  test.each<[string, string | null]>([
    ['- one[]', '- one\n- []'],
    ['  * one[]', '  * one\n  * []'],
    ['9. nine[]', '9. nine\n10. []'],
    ['> quote[]', '> quote\n> []'],
    ['> - both[]', '> - both\n> - []'],
    ['- on[]e', '- on\n- []e'],
    ['- one\n- []', '- one\n[]'],
    ['plain[]', null],
    ['>>> all[]', null],
    ['```\n- code[]', null],
  ])('in %j is %j', (before, after) => {
    expect(newLine(before)).toBe(after);
  });
});

test('a code block is open until its second fence', () => {
  expect([isInFence('``` a', 5), isInFence('``` a ``` b', 11), isInFence('a', 1)]).toEqual([true, false, false]);
});
