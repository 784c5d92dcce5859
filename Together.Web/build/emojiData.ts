import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Plugin } from 'vite';

const require = createRequire(import.meta.url);
const files = ['en/data.json', 'en/messages.json', 'en/shortcodes/github.json'];

/** Serves the emoji data from the client's own origin, as `/emoji/en/…`: the picker fetches it when it is first opened. */
export function emojiData(): Plugin {
  const read = (file: string) => readFileSync(require.resolve(`emojibase-data/${file}`));
  return {
    name: 'together:emoji-data',
    configureServer(server) {
      for (const file of files)
        server.middlewares.use(`/emoji/${file}`, (_, response) => response.setHeader('Content-Type', 'application/json').end(read(file)));
    },
    generateBundle() {
      for (const file of files) this.emitFile({ type: 'asset', fileName: `emoji/${file}`, source: read(file) });
    },
  };
}
