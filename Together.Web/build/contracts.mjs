// Types from the host's own descriptions: docs/protocol/{openapi,gateway}.json, which a test of the host keeps true.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import openapi, { astToString } from 'openapi-typescript';

await mkdir(new URL('../src/contracts/generated/', import.meta.url), { recursive: true });
for (const name of ['openapi', 'gateway']) {
  const document = JSON.parse(await readFile(new URL(`../../docs/protocol/${name}.json`, import.meta.url), 'utf8'));
  const text = astToString(await openapi(document));
  const file = new URL(`../src/contracts/generated/${name}.ts`, import.meta.url);
  if ((await readFile(file, 'utf8').catch(() => '')) !== text) await writeFile(file, text);
}
