import fc from 'fast-check';

const pieces = [
  ...['*', '**', '***', '_', '__', '~~', '||', '`', '``', '```', '````', '\\', '[', ']', '](', '(', ')', '<', '>', '"', ' "', '")', '!', '&'],
  ...['\n', '\r\n', '\r', ' ', '  ', '\t', '> ', '>>> ', '# ', '## ', '-# ', '- ', '* ', '1. ', '99. ', '```js\n', '\n```', '\u00a0'],
  ...[
    'http://',
    'https://',
    'https://x.org',
    '](https://x.org)',
    '](<https://x.org>',
    '<https://x.org/a>',
    '](javascript:alert(1))',
    'data:text/html,x',
  ],
  ...[
    '<@0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3>',
    '<@&0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3>',
    '<#0192f0c1-2d3e-7a4b-8c5d-6e7f8091a2b3>',
    '@everyone',
    '@here',
  ],
  ...['<t:0>', '<t:1618932030:R>', '<t:9999999999999999>', '<t:-1:F>', '<b>', '<img src=x onerror=alert(1)>', '&lt;', '</div>', '<script>'],
  ...['a', 'b c', 'snake_case', '2', 'ж', 'é', '字', 'שלום', '\u202e', '\u2066', '\u0301\u0301', '😀', '👩‍👩‍👧', '🇫🇷', '\ud800', '\udc00', '\ufeff'],
];

/** For tests: markup in any order, and any other text. */
export const soup = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...pieces) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 5 }) }), {
    maxLength: 40,
  })
  .map((parts) => parts.join(''));
