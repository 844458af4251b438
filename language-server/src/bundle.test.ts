// The one file that the editors' packages carry along works where nothing is installed beside it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { scriptedCollector } from './testing/scripted-collector.js';
import { service, stats } from './testing/stats.js';

test('the package on npm has the program and nothing of its tests', async () => {
  const stdout = await new Promise<string>((resolve, reject) => {
    const options = { cwd: new URL('..', import.meta.url), shell: process.platform === 'win32' };
    const args = ['pack', '--dry-run', '--json', '--ignore-scripts', '--offline'];
    execFile('npm', args, options, (error, out) => (error ? reject(error) : resolve(out)));
  });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  const paths = files.map(({ path }) => path);
  assert.deepEqual(
    paths.filter((path) => path.endsWith('.cjs')),
    ['bundle/parser.cjs', 'bundle/server.cjs'],
  );
  assert.deepEqual(
    paths.filter((path) => /^dist|\.test\.|^src/.test(path)),
    [],
  );
});

test('the bundle annotates from a folder of its own', async () => {
  const { build } = (await import(new URL('../build.mjs', import.meta.url).href)) as {
    build(outfile: string): Promise<string>;
  };
  const folder = await mkdtemp(join(tmpdir(), 'prodlens-bundle-'));
  const collector = await scriptedCollector();
  try {
    collector.tell([service('shop', { files: ['add.ts'], roots: [folder] })], [stats('add', { file: 'add.ts' })]);
    const file = join(folder, 'add.ts');
    await writeFile(file, 'export function add() {}\n');
    const program = await build(join(folder, 'server.cjs'));
    const stdout = await new Promise<string>((resolve, reject) => {
      const args = [program, 'annotate', file, '--url', collector.url];
      execFile(process.execPath, args, { cwd: folder }, (error, out) => (error ? reject(error) : resolve(out)));
    });
    assert.match(stdout, /\n\/\/ ◂ p95 42 ms · 1\.7\/min\nexport function add/);
  } finally {
    await collector.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
