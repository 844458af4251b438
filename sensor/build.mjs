// Bundles the sensor with what it stands on, so that the program's own copies of those packages stay apart from it
// and can be measured, and so that it loads from a single file as CommonJS: `require`, `import` and --import take it.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';
import { writeNotices } from '../scripts/release/third-party.mjs';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

export async function build() {
  await rm(at('bundle'), { recursive: true, force: true });
  await mkdir(at('bundle'), { recursive: true });
  const shared = {
    bundle: true,
    metafile: true,
    platform: 'node',
    target: 'node20',
    external: ['bufferutil', 'utf-8-validate', 'msgpackr-extract'],
    // Nothing native is looked for: it would be loaded into the program from wherever it resolves.
    define: {
      'process.env.MSGPACKR_NATIVE_ACCELERATION_DISABLED': '"true"',
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
      PRODLENS_BUILD: JSON.stringify(await hashOfSources()),
    },
    logLevel: 'warning',
  };
  const commonjs = {
    ...shared,
    format: 'cjs',
    define: { ...shared.define, 'import.meta.url': '__bundleUrl' },
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  };
  const bundles = [
    { ...commonjs, entryPoints: [at('src/bundle.ts')], outfile: at('bundle/sensor.cjs') },
    { ...commonjs, entryPoints: [at('src/plugins/bundle.ts')], outfile: at('bundle/plugins/plugins.cjs') },
    {
      ...shared,
      entryPoints: [at('src/report/reporter-thread.ts')],
      outfile: at('bundle/reporter-thread.cjs'),
      format: 'cjs',
    },
    {
      ...shared,
      entryPoints: [at('src/load/loader-thread.ts')],
      outfile: at('bundle/loader-thread.mjs'),
      format: 'esm',
    },
  ];
  const made = await Promise.all(bundles.map((options) => esbuild.build(options)));
  await writeNotices(
    at('bundle'),
    made.map(({ metafile }) => metafile),
  );
  const view = (name, text) => writeFile(at(`bundle/${name}.cjs`), `'use strict';\n${text}\n`);
  await view('register', "require('./sensor.cjs').init();");
  await view(
    'index',
    "const s = require('./sensor.cjs');\nexports.init = s.init;\nexports.flush = s.flush;\nexports.shutdown = s.shutdown;\nexports.setContext = s.setContext;\nexports.setFailure = s.setFailure;",
  );
  await view('instrument', "exports.instrument = require('./sensor.cjs').instrument;");
  for (const name of ['esbuild', 'rollup', 'vite', 'webpack']) {
    await view(`plugins/${name}`, `exports.prodlens = require('./plugins.cjs').${name};`);
  }
  await view('plugins/webpack-loader', "module.exports = require('./plugins.cjs').webpackLoader;");
}

/** Of all that decides what a cached text holds: it serves as long as this stays. */
async function hashOfSources() {
  const hash = createHash('sha1');
  const parser = createRequire(import.meta.url).resolve('meriyah');
  for (const folder of ['src/instrument', 'src/load', 'src/report', 'src/measure', 'src/flow', '../syntax/src']) {
    const files = (await readdir(at(folder), { recursive: true })).filter((file) => file.endsWith('.ts'));
    for (const file of files.sort()) hash.update(await readFile(at(`${folder}/${file}`)));
  }
  hash.update(await readFile(parser));
  return hash.digest('hex');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
