// @vitest-environment node
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const source = `${import.meta.dirname}/../src`;

test('colours come from the tokens alone', () => {
  const offenders = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.css') && !file.endsWith('tokens.css'))
    .filter((file) => /#[0-9a-f]{3,8}\b|\b(rgb|hsl|oklch|lab|lch)a?\(/i.test(readFileSync(`${source}/${file}`, 'utf8')));
  expect(offenders).toEqual([]);
});
