// Prettier formats TypeScript source.

import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import measurement from './measured.cjs';

const FILES = 25;

const rxjs = join(dirname(createRequire(import.meta.url).resolve('rxjs/package.json')), 'src', 'internal');
const texts = ['', 'observable', 'operators']
  .flatMap((folder) => readdirSync(join(rxjs, folder)).map((name) => join(rxjs, folder, name)))
  .filter((path) => path.endsWith('.ts'))
  .slice(0, FILES)
  .map((path) => readFileSync(path, 'utf8'));

measurement.measured(
  () => import('prettier'),
  async (prettier) => {
    for (const text of texts) await prettier.format(text, { parser: 'typescript' });
  },
);
