// Terser minifies RxJS, 280 kB in one file.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import measurement from './measured.cjs';

const { resolve } = createRequire(import.meta.url);
const source = readFileSync(join(dirname(resolve('rxjs/package.json')), 'dist', 'bundles', 'rxjs.umd.js'), 'utf8');

measurement.measured(
  () => import('terser'),
  async ({ minify }) => {
    const { code } = await minify(source, { compress: { passes: 1 } });
    if (code.length > source.length) throw new Error('nothing was minified');
  },
);
