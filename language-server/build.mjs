// Bundles the program into one CommonJS file, bundle/server.cjs, which the editors' packages carry along: no
// node_modules beside it, no native module in it, the same file on every platform.

import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));

/** Writes the bundle from dist/, which `tsc -b` makes; answers its path. */
export async function build(outfile = `${FOLDER}bundle/server.cjs`) {
  await bundle({
    entryPoints: [`${FOLDER}dist/cli.js`],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minify: true,
    keepNames: true,
    legalComments: 'linked',
    // ws's optional native parts: it does without where they are not installed.
    external: ['bufferutil', 'utf-8-validate'],
    logLevel: 'warning',
  });
  return outfile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await build()}\n`);
