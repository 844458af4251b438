// `npm run package` as it is: every artefact is there, under its version, and the checksums are theirs.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { currentVersion } from './versions.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const DIST = join(ROOT, 'dist');

test('npm run package makes all of it, and the checksums are right', async () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/release/package.mjs', '--allow-missing'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout + stderr);
  const v = await currentVersion(ROOT);
  const wanted = [
    'SHA256SUMS',
    ...['collector', 'jetbrains', 'language-server', 'sensor'].map((name) => `prodlens-${name}-${v}.tgz`),
    `prodlens-${v}.cdx.json`,
    `prodlens-${v}.vsix`,
    `prodlens-lsp4ij-template-${v}.zip`,
  ];
  if (!/^Not made/m.test(stdout)) wanted.push(`prodlens-jetbrains-${v}.zip`);
  assert.deepEqual(readdirSync(DIST).sort(), wanted.sort());
  const sums = readFileSync(join(DIST, 'SHA256SUMS'), 'utf8').trim().split('\n');
  assert.equal(sums.length, wanted.length - 1);
  for (const line of sums) {
    const [sum, file] = line.split('  ');
    assert.equal(
      createHash('sha256')
        .update(readFileSync(join(DIST, file)))
        .digest('hex'),
      sum,
      file,
    );
  }
});
