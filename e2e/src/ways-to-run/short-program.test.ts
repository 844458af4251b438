// A program that ends after a moment, such as a cron job: with flush() its numbers arrive; without, or with the
// collector away, it ends as it would have.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FunctionStats } from '@prodlens/protocol';
import { eventually } from '../eventually.js';
import { type Program, REPOSITORY, SENSOR, startCollector } from '../program.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-short-'));
let collector: Program;

before(async () => {
  symlinkSync(fileURLToPath(new URL('node_modules', REPOSITORY)), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "short", "version": "1.0.0", "type": "module" }');
  writeFileSync(
    join(folder, 'job.js'),
    `import { flush, shutdown } from '@prodlens/sensor';
    function job(n) { let sum = 0; for (let i = 0; i < n; i++) sum += i; return sum }
    for (let i = 0; i < 7; i++) job(1000);
    if (process.argv[2] === 'flush') await flush();
    if (process.argv[2] === 'shutdown') await shutdown();
    if (process.argv[2] === 'exit') await new Promise((resolve) => setTimeout(resolve, 2_600)).then(() => job(1000));
    console.log('done');`,
  );
  collector = await startCollector(join(folder, 'data'));
});

after(async () => {
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function run(how: string, url: string) {
  const args = ['--import', SENSOR, join(folder, 'job.js'), how];
  const child = spawn(process.execPath, args, { env: { ...process.env, PRODLENS_URL: url, PRODLENS_SERVICE: how } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += text));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, output };
}

for (const how of ['flush', 'shutdown']) {
  test(`${how}() brings the numbers to the collector before the program ends`, async () => {
    assert.deepEqual(await run(how, collector.url), { code: 0, output: 'done\n' });
    const response = await fetch(`${collector.url}/api/v1/functions?service=${how}&window=1h`);
    const { functions } = (await response.json()) as { functions: FunctionStats[] };
    assert.equal(functions.find((f) => f.name === 'job')?.calls, 7);
  });
}

test('what a connected program did last arrives when it ends by itself', async () => {
  assert.deepEqual(await run('exit', collector.url), { code: 0, output: 'done\n' });
  await eventually('the last call', async () => {
    const response = await fetch(`${collector.url}/api/v1/functions?service=exit&window=1h`);
    const { functions } = (await response.json()) as { functions: FunctionStats[] };
    return functions.find((f) => f.name === 'job')?.calls === 8 ? true : undefined;
  });
});

test('with the collector away, or without a flush, it ends all the same', async () => {
  assert.deepEqual(await run('flush', 'http://127.0.0.1:9'), { code: 0, output: 'done\n' });
  assert.deepEqual(await run('plain', collector.url), { code: 0, output: 'done\n' });
});
