// Bundles the program into two CommonJS files, bundle/server.cjs and bundle/parser.cjs, which the editors' packages
// carry along: no node_modules beside them, no native module in them, the same files on every platform. The parser is
// by far the larger one, and a file of its own so that the server starts without it.

import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as bundle } from 'esbuild';
import { writeNotices } from '../scripts/release/third-party.mjs';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const PARSER = 'parser.cjs';

/** Writes the bundles from dist/, which `tsc -b` makes; answers the server's path. */
export async function build(outfile = `${FOLDER}bundle/server.cjs`) {
  const options = {
    bundle: true,
    metafile: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    // ws's optional native parts: it does without where they are not installed.
    external: ['bufferutil', 'utf-8-validate'],
    banner: { js: "const PROGRAM_URL = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'PROGRAM_URL', BUNDLED_PARSER: JSON.stringify(`./${PARSER}`) },
    logLevel: 'warning',
  };
  const server = await bundle({ ...options, entryPoints: [`${FOLDER}dist/cli.js`], outfile });
  const parser = await bundle({
    ...options,
    entryPoints: [`${FOLDER}dist/parsing/parser-thread.js`],
    outfile: join(dirname(outfile), PARSER),
  });
  await writeNotices(dirname(outfile), [server.metafile, parser.metafile]);
  return outfile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(`${await build()}\n`);
