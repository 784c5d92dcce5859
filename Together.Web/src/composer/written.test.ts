import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromWire, type Mentions, type Names, named, nothingWritten, tidied, toWire, wireLength } from './written';

const ada = '<@01900000-0000-7000-8000-00000000000a>';
const bob = '<@01900000-0000-7000-8000-00000000000b>';
const otherAda = '<@01900000-0000-7000-8000-00000000000c>';
const crew = '<@&01900000-0000-7000-8000-00000000000d>';
const general = '<#01900000-0000-7000-8000-00000000000e>';

const people: Record<string, { name: string; username: string }> = {
  [ada.slice(2, -1)]: { name: 'Ada', username: 'ada' },
  [bob.slice(2, -1)]: { name: 'Ada Lovelace', username: 'bob' },
  [otherAda.slice(2, -1)]: { name: 'Ada', username: 'ada2' },
};
const names: Names = {
  user: (id) => people[id] ?? null,
  role: (id) => (crew.includes(id) ? 'Crew' : null),
  channel: (id) => (general.includes(id) ? 'general' : null),
};
const known: Mentions = { '@Ada': ada, '@Ada Lovelace': bob, '@Crew': crew, '#general': general };
const sent = (text: string, mentions = known) => toWire({ text, mentions });

describe('what is sent', () => {
  test('has ids where names were chosen', () => {
    expect(sent('hi @Ada, see #general with @Crew!')).toBe(`hi ${ada}, see ${general} with ${crew}!`);
  });

  test('takes the longer of two names that begin alike', () => {
    expect(sent('@Ada Lovelace and @Ada')).toBe(`${bob} and ${ada}`);
  });

  test('leaves a name alone that was changed since', () => {
    expect(sent('@Adam and @Ad a and @ada')).toBe('@Adam and @Ad a and @ada');
    expect(sent('mail@Ada and x/@Ada and \\@Ada')).toBe('mail@Ada and x/@Ada and \\@Ada');
  });

  test('knows scripts that write without spaces', () => {
    expect(sent('こんにちは@田中さん', { '@田中': ada })).toBe(`こんにちは${ada}さん`);
    expect(sent('@철수는', { '@철수': ada })).toBe(`${ada}는`);
  });

  test('leaves code as it reads', () => {
    expect(sent('`@Ada` and @Ada and ```\n@Crew\n```')).toBe(`\`@Ada\` and ${ada} and \`\`\`\n@Crew\n\`\`\``);
  });

  test('is what is counted', () => {
    expect(wireLength({ text: '  @Ada  ', mentions: known })).toBe(ada.length);
  });
});

describe('what is edited', () => {
  test('reads as names', () => {
    const written = fromWire(`hi ${ada}, **${bob}** ${crew} ${general}`, names);
    expect(written.text).toBe('hi @Ada, **@Ada Lovelace** @Crew #general');
    expect(toWire(written)).toBe(`hi ${ada}, **${bob}** ${crew} ${general}`);
  });

  test('tells two of one name apart', () => {
    const written = fromWire(`${ada} ${otherAda} ${ada}`, names);
    expect(written.text).toBe('@Ada @Ada (ada2) @Ada');
    expect(toWire(written)).toBe(`${ada} ${otherAda} ${ada}`);
  });

  test('keeps what is in code, and whom nobody knows', () => {
    const content = `\`${ada}\` <@01900000-0000-7000-8000-0000000000ff>`;
    expect(fromWire(content, names)).toEqual({ text: content, mentions: {} });
  });

  test('is sent as it came', () => {
    const piece = fc.constantFrom(ada, bob, otherAda, crew, general, ' ', '\n', 'x', '`', '```', '**', '\\', '> ', '@Ada', 'a/');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        // A name beside a letter or a backslash is not told from one that was changed: so are they kept apart here.
        const content = pieces.map((one) => (one.startsWith('<') ? ` ${one} ` : one)).join('');
        expect(toWire(fromWire(content, names))).toBe(content);
      }),
    );
  });
});

describe('a name', () => {
  const choose = (text: string, mentions: Mentions, wire: string) => named({ text, mentions }, { sign: '@', name: 'Ada', distinction: 'ada2', wire });

  test('means one person in a text', () => {
    expect(choose('', {}, ada).name).toBe('@Ada');
    expect(choose('@Ada ', { '@Ada': ada }, otherAda).name).toBe('@Ada (ada2)');
    expect(choose('@Ada ', { '@Ada': ada }, ada).name).toBe('@Ada');
    expect(choose('@Ada ', {}, ada).name).toBe('@Ada (ada2)');
    expect(choose('@Ada Lovelace ', { '@Ada Lovelace': bob }, ada).name).toBe('@Ada');
  });

  test('is free again when it is not in the text any more', () => {
    expect(choose('nobody', { '@Ada': ada }, otherAda)).toEqual({ name: '@Ada', mentions: { '@Ada': otherAda } });
  });

  test('is never everybody', () => {
    expect(named(nothingWritten, { sign: '@', name: 'everyone', distinction: 'joker', wire: ada }).name).toBe('@everyone (joker)');
    expect(named(nothingWritten, { sign: '@', name: 'here', wire: crew }).name).toBe('@here (2)');
  });

  test('is forgotten with its last mention', () => {
    expect(tidied({ text: 'to @Ada', mentions: known }).mentions).toEqual({ '@Ada': ada });
  });
});
