import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { IdeFile } from '@prodlens/protocol';
import { workspaceFiles } from './workspace-files.js';

const WANTED = { service: 'shop', file: 'src/cart.ts' };

test('a file that no service is known to have is found once one is; either is remembered while nothing else is known', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'prodlens-workspace-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, 'shop', WANTED.file);
  await mkdir(join(path, '..'), { recursive: true });
  await writeFile(path, '');
  const files = workspaceFiles();
  let asked = 0;
  const knownAt = (epoch: number, found: IdeFile[]) => ({
    epoch: () => epoch,
    filesOf() {
      asked++;
      return found;
    },
  });

  assert.equal(await files.find(WANTED, [folder], knownAt(1, [])), null);
  assert.equal(await files.find(WANTED, [folder], knownAt(1, [])), null);
  assert.equal(asked, 1);
  assert.equal(await files.find(WANTED, [folder], knownAt(2, [WANTED])), path);
  assert.equal(await files.find(WANTED, [folder], knownAt(2, [WANTED])), path);
  assert.equal(asked, 2);
});
