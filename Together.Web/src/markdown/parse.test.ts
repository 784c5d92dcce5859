// @vitest-environment node
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type MarkdownNode, parse } from './parse.ts';

const document = readFileSync(`${import.meta.dirname}/../../../docs/protocol/markdown.md`, 'utf8');

function examples(list: string): [content: string, expected: string][] {
  const block = document.split(`~~~~${list}\n`)[1]?.split('\n~~~~')[0] ?? '';
  return block.split('\n').map((line) => {
    const [content = '', expected = ''] = line.split(/ +=> /);
    return [content, expected];
  });
}

/** The notation of the document: `⏎` for a line feed. */
function tags(nodes: MarkdownNode[]): string {
  return nodes.map(tag).join('');
}

function tag(node: MarkdownNode): string {
  switch (node.type) {
    case 'text':
    case 'userMention':
    case 'roleMention':
    case 'channelMention':
    case 'everyone':
    case 'here':
      return node.text;
    case 'bold':
      return `<b>${tags(node.children)}</b>`;
    case 'italic':
      return `<i>${tags(node.children)}</i>`;
    case 'underline':
      return `<u>${tags(node.children)}</u>`;
    case 'strike':
      return `<s>${tags(node.children)}</s>`;
    case 'spoiler':
      return `<spoiler>${tags(node.children)}</spoiler>`;
    case 'code':
      return `<code>${node.text}</code>`;
    case 'codeBlock':
      return `<pre${node.lang ? ` lang=${node.lang}` : ''}>${node.text}</pre>`;
    case 'link':
      return `<a href=${node.url}${node.noPreview ? ' no-preview' : ''}>${tags(node.children)}</a>`;
    case 'timestamp':
      return `<time>${node.seconds}:${node.style}</time>`;
    case 'quote':
      return `<quote>${tags(node.children)}</quote>`;
    case 'heading':
      return `<h${node.level}>${tags(node.children)}</h${node.level}>`;
    case 'subtext':
      return `<small>${tags(node.children)}</small>`;
    case 'list': {
      const name = node.ordered ? 'ol' : 'ul';
      return `<${name}>${node.items.map((item) => `<li>${tags(item)}</li>`).join('')}</${name}>`;
    }
    case 'lineBreak':
      return '⏎';
  }
}

function rendered(content: string) {
  return tags(parse(content.replaceAll('⏎', '\n'))).replaceAll('\n', '⏎');
}

/** What the document says in words, in the notation; and where it leaves out what is plain. */
const inWords: Record<string, string> = {
  '> quote⏎not': '<quote>quote</quote>not',
  '- a⏎  - b⏎1. c': '<ul><li>a<ul><li>b</li></ul></li></ul><ol><li>c</li></ol>',
  '[https://bank.example](https://x.org)': '[<a href=https://bank.example>https://bank.example</a>](<a href=https://x.org>https://x.org</a>)',
  '<https://example.org>': '<a href=https://example.org no-preview>https://example.org</a>',
  '(see https://example.org/a_(b).)': '(see <a href=https://example.org/a_(b)>https://example.org/a_(b)</a>.)',
  '<b>no</b> &amp;': '<b>no</b> &amp;',
  '<t:1618932030:R>': '<time>1618932030:R</time>',
};

describe('the examples of the document', () => {
  const list = examples('text');

  test('are all there', () => {
    expect(list).toHaveLength(24);
    expect(list.map(([content]) => content)).toEqual(expect.arrayContaining(Object.keys(inWords)));
  });

  test.each(list)('%s', (content, expected) => {
    expect(rendered(content)).toBe(inWords[content] ?? expected);
  });
});

const ids: Record<string, string> = {
  ADA: '0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3',
  BOB: '0192F0C1-2D3E-7A4B-8C5D-6E7F8091A2B4',
  CREW: '0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b5',
  STAFF: '0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b6',
  NOBODY: '0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b7',
};

function mentioned(nodes: MarkdownNode[], found = new Set<string>()): Set<string> {
  for (const node of nodes) {
    if (node.type === 'everyone' || node.type === 'here') found.add('everyone');
    if (node.type === 'userMention' || node.type === 'roleMention') {
      const name = Object.keys(ids).find((key) => ids[key]?.toLowerCase() === node.id) ?? '';
      const user = name === 'ADA' || name === 'BOB';
      const role = name === 'CREW' || name === 'STAFF';
      if (node.type === 'userMention' ? user : role) found.add(name);
    }
    if ('children' in node) mentioned(node.children, found);
    if (node.type === 'list') for (const item of node.items) mentioned(item, found);
  }
  return found;
}

describe('mentions are those that the host sees', () => {
  const list = [...examples('mentions'), ...examples('mentions-without-permission')];
  // Whom the author may mention is the host's to say.
  const permission: Record<string, string> = { '<@ADA> <@&CREW> <@&STAFF>': 'ADA CREW STAFF', '@everyone @here': 'everyone' };

  test('the examples are all there', () => {
    expect(list).toHaveLength(28);
  });

  test.each([
    ...list.map(([content, expected]) => [content, permission[content] ?? expected] satisfies [string, string]),
    // Where the host reads a URL to its end and no further.
    ['[a](https://x.org)@here', 'nobody'],
    ['[a](https://x.org) @here', 'everyone'],
    ['https://x.org/\\<@ADA>', 'ADA'],
    ['https://x.org\\`<@ADA>`', 'nobody'],
    ['[a](https://x.org "<@ADA>")', 'ADA'],
    ['[a](https://x.org "`") <@ADA> `', 'nobody'],
    ['<https://x.org/@here>@here', 'everyone'],
  ] as [string, string][])('%s', (content, expected) => {
    const source = content.replaceAll('⏎', '\n').replace(/ADA|BOB|CREW|STAFF|NOBODY/g, (name) => ids[name] ?? name);
    expect([...mentioned(parse(source))].sort().join(' ') || 'nobody').toBe(expected.split(' ').sort().join(' '));
  });
});

test.each([
  // Markers
  ['*a **b** c* **a *b***', '<i>a <b>b</b> c</i> <b>a <i>b</i></b>'],
  ['*a **b* c**', '<i>a **b</i> c**'],
  ['**a __b ~~c ||d *e _f_*||~~__**', '<b>a <u>b <s>c <spoiler>d <i>e <i>f</i></i></spoiler></s></u></b>'],
  ['** ** **** **', '<b> </b> <b>** </b>'],
  ['********* ________ ~~~~~~~~ ||||||||', '********* ________ ~~~~~~~~ ||||||||'],
  ['**a⏎b**', '<b>a⏎b</b>'],
  ['||a⏎⏎b||', '<spoiler>a⏎⏎b</spoiler>'],
  ['**a⏎# b**', '**a⏎<h1>b**</h1>'],
  ['_a_b_ слово_слово_слово _ a _ __init__ ___x___', '<i>a_b</i> слово_слово_слово _ a _ <u>init</u> <u><i>x</i></u>'],
  ['𝒜_a_ _a_𝒜 (_a_)', '𝒜_a_ <i>a_𝒜 (_a</i>)'],
  ['|||a||| ~~~a~~~', '<spoiler>|a</spoiler>| <s>~a</s>~'],
  ['**`a**` b**', '<b><code>a**</code> b</b>'],
  ['`a⏎b` ``` `', '<code>a⏎b</code> ``` `'],
  // Blocks
  ['a⏎⏎b⏎# c⏎d', 'a⏎⏎b⏎<h1>c</h1>d'],
  ['### a⏎#### b⏎#c', '<h3>a</h3>#### b⏎#c'],
  ['> a⏎> # b⏎> - c⏎>d', '<quote>a⏎<h1>b</h1><ul><li>c</li></ul></quote>>d'],
  ['> **a⏎> b**⏎c', '<quote><b>a⏎b</b></quote>c'],
  ['> ⏎a', '<quote></quote>a'],
  ['> > a', '<quote>> a</quote>'],
  ['>>> > a⏎b', '<quote><quote>a</quote>b</quote>'],
  ['a >>> b', 'a >>> b'],
  ['\\> a⏎\\# b⏎\\- c', '> a⏎# b⏎- c'],
  ['> ```⏎a⏎``` b', '<quote><pre>a</pre> b</quote>'],
  ['```⏎a⏎⏎```⏎b', '<pre>a⏎</pre>b'],
  ['```js⏎``` ```a b⏎c```', '<pre>js</pre> <pre>a b⏎c</pre>'],
  ['```c++⏎⏎```', '<pre lang=c++></pre>'],
  ['3. a⏎9. b⏎* c⏎    - d⏎- e', '<ol><li>a</li><li>b</li></ol><ul><li>c<ul><li>d</li></ul></li><li>e</li></ul>'],
  ['- a⏎b⏎- c', '<ul><li>a</li></ul>b⏎<ul><li>c</li></ul>'],
  [' - a⏎-b⏎1.c', ' - a⏎-b⏎1.c'],
  // Links
  ['[a [1] b](https://x.org/a_(b)) [](https://x.org)', '<a href=https://x.org/a_(b)>a [1] b</a> [](<a href=https://x.org>https://x.org</a>)'],
  ['[a](<https://x.org> "t (x)") [a](ftp://x.org)', '<a href=https://x.org no-preview>a</a> [a](ftp://x.org)'],
  [
    '[see https://bank.example/x](https://x.org)',
    '[see <a href=https://bank.example/x>https://bank.example/x</a>](<a href=https://x.org>https://x.org</a>)',
  ],
  ['[a [b](https://b.org)](https://c.org)', '[a <a href=https://b.org>b</a>](<a href=https://c.org>https://c.org</a>)'],
  ['**[a** b](https://x.org)', '<b>[a</b> b](<a href=https://x.org>https://x.org</a>)'],
  ['[a](https://x.org)**b**', '<a href=https://x.org>a</a><b>b</b>'],
  ['**https://x.org/_a_.**, https:// <http://>', '<b><a href=https://x.org/_a>https://x.org/_a</a>_.</b>, https:// <http://>'],
  ['[https://x.org ] [a](https://y.org)', '[<a href=https://x.org>https://x.org</a> ] <a href=https://y.org>a</a>'],
  ['HTTPS://x.org', 'HTTPS://x.org'],
  // Timestamps
  ['<t:-5> <t:8640000000000:F> <t:8640000000001> <t:1:r> <t:>', '<time>-5:f</time> <time>8640000000000:F</time> <t:8640000000001> <t:1:r> <t:>'],
])('%s', (content, expected) => {
  expect(rendered(content)).toBe(expected);
});

test('CR LF is one line feed', () => {
  expect(tags(parse('# a\r\n- b\r\n```cs\r\nc\r\n```\r\nd\r\ne\rf'))).toBe('<h1>a</h1><ul><li>b</li></ul><pre lang=cs>c</pre>d⏎e\rf');
});

test('an ordered list knows its first number, but no greater one than HTML', () => {
  expect(parse('7. a')).toMatchObject([{ start: 7 }]);
  expect(parse(`${'9'.repeat(400)}. a`)).toMatchObject([{ start: 2147483647 }]);
});

test('nesting has an end', () => {
  const depth = (nodes: MarkdownNode[]): number =>
    Math.max(
      0,
      ...nodes.map((node) => ('children' in node ? 1 + depth(node.children) : node.type === 'list' ? 1 + Math.max(...node.items.map(depth)) : 0)),
    );
  expect(depth(parse('>>> '.repeat(1000)))).toBe(4);
  expect(
    depth(parse(`>>> >>> >>> >>> > ${Array.from({ length: 50 }, (_, level) => `${'  '.repeat(level)}- **__*_~~||a||~~_*__**`).join('\n> ')}`)),
  ).toBe(21);
});

test('a URL ends at white space of any kind, but its mentions with the host’s', () => {
  expect(rendered('https://x.org\u00a0@here @here')).toBe('<a href=https://x.org>https://x.org</a>\u00a0@here @here');
  expect([...mentioned(parse('https://x.org\u00a0@here'))]).toEqual([]);
});
