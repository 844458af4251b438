// Bundles the sensor with what it stands on, so that the program's own copies of those packages stay apart from it
// and can be measured, and so that it loads from a single file as CommonJS: `require`, `import` and --import take it.

import { mkdir, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

export async function build() {
  await rm(at('bundle'), { recursive: true, force: true });
  await mkdir(at('bundle'), { recursive: true });
  const shared = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['bufferutil', 'utf-8-validate', 'msgpackr-extract'],
    // Nothing native is looked for: it would be loaded into the program from wherever it resolves.
    define: {
      'process.env.MSGPACKR_NATIVE_ACCELERATION_DISABLED': '"true"',
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
    },
    logLevel: 'warning',
  };
  await esbuild.build({
    ...shared,
    entryPoints: [at('src/bundle.ts')],
    outfile: at('bundle/sensor.cjs'),
    format: 'cjs',
    define: { ...shared.define, 'import.meta.url': '__bundleUrl' },
    banner: { js: "const __bundleUrl = require('node:url').pathToFileURL(__filename).href;" },
  });
  await esbuild.build({
    ...shared,
    entryPoints: [at('src/loader-thread.ts')],
    outfile: at('bundle/loader-thread.mjs'),
    format: 'esm',
  });
  const view = (name, text) => writeFile(at(`bundle/${name}.cjs`), `'use strict';\n${text}\n`);
  await view('register', "require('./sensor.cjs').init();");
  await view(
    'index',
    "const s = require('./sensor.cjs');\nexports.init = s.init;\nexports.flush = s.flush;\nexports.shutdown = s.shutdown;",
  );
  await view('instrument', "exports.instrument = require('./sensor.cjs').instrument;");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
