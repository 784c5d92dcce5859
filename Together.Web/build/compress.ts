import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Plugin } from 'vite';

const compressible = /\.(js|css|html|svg|json|webmanifest|txt)$/;

/** Writes a `.br` and a `.gz` beside each text file of the build, so that the host never compresses one. */
export function compress(): Plugin {
  let directory = '';
  return {
    name: 'together:compress',
    apply: 'build',
    configResolved(config) {
      directory = path.resolve(config.root, config.build.outDir);
    },
    async closeBundle() {
      const files = await readdir(directory, { recursive: true });
      await Promise.all(
        files
          .filter((file) => compressible.test(file))
          .map(async (file) => {
            const name = path.join(directory, file);
            const text = await readFile(name);
            await writeFile(
              `${name}.br`,
              await promisify(brotliCompress)(text, {
                params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length },
              }),
            );
            await writeFile(`${name}.gz`, await promisify(gzip)(text, { level: 9 }));
          }),
      );
    },
  };
}
