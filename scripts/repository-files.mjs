// The files that people write here, for the tests that hold how they lie and what they say.

import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ROOT } from './setup.mjs';

/** Made or foreign. */
const SKIPPED = new Set(['node_modules', 'dist', 'bundle', 'target', 'artefacts']);

/** All files below `folder` but those that are made, foreign or in a hidden folder; relative to the root. */
export function repositoryFiles(folder = ROOT) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [relative(ROOT, path)];
    return entry.name.startsWith('.') || SKIPPED.has(entry.name) ? [] : repositoryFiles(path);
  });
}

/** Whether it is TypeScript or JavaScript that is run. */
export function isSource(file) {
  return /\.(ts|tsx|mts|mjs|js)$/.test(file) && !file.endsWith('.d.ts');
}
