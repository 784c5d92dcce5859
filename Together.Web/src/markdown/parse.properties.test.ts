// @vitest-environment node
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isEmojiOnly } from './emoji.ts';
import { type MarkdownNode, parse } from './parse.ts';
import { plainText } from './plainText.ts';
import { soup } from './soup.ts';

/** Everything that is shown, in its order, with the addresses behind masked links. */
function shown(nodes: MarkdownNode[]): string {
  return nodes
    .map((node) => {
      if (node.type === 'list') return node.items.map(shown).join('');
      if (node.type === 'link') return shown(node.children) + (node.masked ? node.url : '');
      if ('children' in node) return shown(node.children);
      return 'text' in node ? node.text : '';
    })
    .join('');
}

function each(nodes: MarkdownNode[], visit: (node: MarkdownNode) => void) {
  for (const node of nodes) {
    visit(node);
    if ('children' in node) each(node.children, visit);
    if (node.type === 'list') for (const item of node.items) each(item, visit);
  }
}

test('what is no markup is never lost', () => {
  // Markup is ASCII, but for the title of a link, which has quotation marks and is not shown.
  const kept = (text: string) => text.replace(/[\0-\x7f]|\s/g, '');
  fc.assert(
    fc.property(soup, (text) => {
      const content = text.replaceAll('"', '');
      expect(kept(shown(parse(content)))).toBe(kept(content));
    }),
    { numRuns: 2000 },
  );
});

test('text without markup is itself', () => {
  const plain = fc.string({ unit: fc.constantFrom('a', 'b', 'h', 'ж', 'é', '字', '😀', '\u202e', '\u0301', ' ', ',', '(', '\ud800') });
  fc.assert(
    fc.property(plain, (content) => {
      expect(shown(parse(content))).toBe(content);
    }),
  );
});

test('what is written knows where it stands', () => {
  fc.assert(
    fc.property(soup, (content) => {
      let last = 0;
      each(parse(content), (node) => {
        if (!('text' in node)) return;
        expect(content.slice(node.start, node.start + node.text.length)).toBe(node.text);
        expect(node.start).toBeGreaterThanOrEqual(last);
        last = node.start + node.text.length;
      });
    }),
    { numRuns: 2000 },
  );
});

test('every link leads to http or https, and none stands in another', () => {
  fc.assert(
    fc.property(soup, (content) => {
      each(parse(content), (node) => {
        if (node.type !== 'link') return;
        expect(node.url).toMatch(/^https?:\/\/[^\s]/);
        each(node.children, (child) => expect(child.type).not.toBe('link'));
      });
    }),
    { numRuns: 2000 },
  );
});

test('no surrogates are parted', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('😀', '*', '_', '`', '\\', '[', '](http://', ')', '||', '𝒜', '@', '<', '\n') }), (content) => {
      each(parse(content), (node) => 'text' in node && expect(node.text).not.toMatch(/\p{Surrogate}/u));
    }),
  );
});

test('one line is one line', () => {
  const nobody = { user: () => null, role: () => null, channel: () => null };
  fc.assert(
    fc.property(soup, (content) => {
      expect(plainText(content, nobody)).not.toMatch(/[\n\r]|^\s|\s$/);
    }),
  );
});

describe('hostile text takes no longer than any other', () => {
  const fill = (piece: string) => piece.repeat(Math.ceil(4000 / piece.length)).slice(0, 4000);
  const pieces = [
    ...['`', '[', '||', '*', '**', '_', '__', '~~', '\\', '<', '>', '> ', '>>> ', '>>> > ', '- ', '  ', '1', '1. \n', '# \n', '\n', '\r\n', '@', 'h'],
    ...[
      '](',
      '[](',
      '[a](http://x',
      '[[a](http://[',
      '[a](http://x "',
      '[a](<http://x',
      'http://',
      'https://x)',
      'https://x(',
      'http://x.',
      '<http://x',
    ],
    ...[
      '*a ',
      '*a **b ',
      '**a *b __c _d ~~e ||f [',
      '_a _',
      ' *a*_',
      '[*a*',
      '`a``b```',
      '``` ``',
      '```a\n',
      '`\\',
      '<@',
      '<t:1',
      '<t:11111111111111111111',
    ],
    ...[
      '\u0301',
      'a\u0301',
      '\u202e',
      '\u2067',
      '😀',
      '👍🏽',
      '👩‍👩‍👧‍👦',
      '\ud800',
      '\0',
      '<b>',
      '&amp;',
      'javascript:',
      '[x](javascript:alert(1))',
      'data:text/html,',
    ],
  ];
  const runs: string[] = Array.from({ length: 88 }, (_, length) => '`'.repeat(length + 1));
  const inputs: [string, string][] = [
    ...pieces.map((piece): [string, string] => [JSON.stringify(piece), fill(piece)]),
    ['runs of every length', runs.join(' ')],
    ['runs of every length, falling', runs.reverse().join('a')],
    ['2,000 markers within each other', '*_'.repeat(1000) + '_*'.repeat(1000)],
    ['brackets within each other', `${'['.repeat(1900)}a${']'.repeat(1900)}(https://x.org)`],
    ['brackets and spans', '['.repeat(1000) + '*a*'.repeat(500) + ']('.repeat(700)],
    ['lists as deep as may be', Array.from({ length: 88 }, (_, level) => `${'  '.repeat(level / 2)}- a`).join('\n')],
  ];

  test.each(inputs)('%s', (_, content) => {
    // Ten times what the slowest takes on a slow machine; the best of three, for others use the processor too.
    const times = [1, 2, 3].map(() => {
      const start = performance.now();
      parse(content);
      isEmojiOnly(content);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(50);
  });
});
