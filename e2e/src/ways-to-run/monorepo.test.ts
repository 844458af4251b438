// A monorepo as the page on getting started has it: two services, a package of the workspace that both link to, and a
// service that works in a thread, a forked process and a cluster's workers, each an instance of it.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FunctionStats } from '@prodlens/protocol';
import { type Program, REPOSITORY, runProgram, SENSOR, startCollector } from '../program.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-monorepo-')));
let collector: Program;

const WORK = `const { cents } = require('money'); const { flush } = require('@prodlens/sensor');
const work = function work() { return cents(3) };`;

const FILES = {
  'package.json': '{ "name": "everything", "version": "9.9.9", "workspaces": ["services/*", "packages/*"] }',
  'packages/money/package.json': '{ "name": "money", "version": "3.0.0", "main": "src/money.js" }',
  'packages/money/src/money.js': 'exports.cents = function cents(n) { return n * 100 }',
  'services/shop/package.json': '{ "name": "shop", "version": "1.2.0" }',
  'services/shop/src/work.js': `${WORK} module.exports = async (then) => { work(); await flush(); then() };`,
  'services/shop/src/thread.js': `require('./work.js')(() => {});`,
  'services/shop/src/main.js': `const { Worker } = require('node:worker_threads'), { fork } = require('node:child_process');
const cluster = require('node:cluster'), { once } = require('node:events'), work = require('./work.js');
if (cluster.isWorker) work(() => process.disconnect());
else (async () => {
  await new Promise((resolve) => work(resolve));
  await once(new Worker(__dirname + '/thread.js'), 'exit');
  await once(fork(__dirname + '/thread.js'), 'exit');
  await Promise.all([once(cluster.fork(), 'exit'), once(cluster.fork(), 'exit')]);
  console.log('done');
})();`,
  'services/mail/package.json': '{ "name": "mail", "version": "2.0.0" }',
  'services/mail/main.js': `${WORK} work(); flush().then(() => console.log('done'));`,
};

before(async () => {
  for (const [file, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  }
  mkdirSync(join(folder, 'node_modules/@prodlens'), { recursive: true });
  symlinkSync('../packages/money', join(folder, 'node_modules/money'));
  symlinkSync(fileURLToPath(new URL('sensor', REPOSITORY)), join(folder, 'node_modules/@prodlens/sensor'));
  collector = await startCollector(join(folder, 'data'));
});

after(async () => {
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function functionsAfter(service: string, file: string): Promise<FunctionStats[]> {
  const args = ['--import', SENSOR, join(folder, file)];
  const ended = await runProgram(process.execPath, args, { PRODLENS_URL: collector.url }, folder);
  assert.deepEqual(ended, { code: 0, lines: ['', 'done'] });
  const response = await fetch(`${collector.url}/api/v1/functions?service=${service}&window=1h`);
  return ((await response.json()) as { functions: FunctionStats[] }).functions;
}

function seen(functions: FunctionStats[], name: string) {
  const { version, file, package: of, calls } = functions.find((one) => one.name === name) ?? {};
  return { version, file, package: of, calls };
}

test('threads, forked processes and workers of a cluster count for one service, a linked package as its own code', async () => {
  const functions = await functionsAfter('shop', 'services/shop/src/main.js');
  assert.deepEqual(seen(functions, 'work'), { version: '1.2.0', file: 'src/work.js', package: null, calls: 5 });
  const cents = { version: '1.2.0', file: '../../packages/money/src/money.js', package: null, calls: 5 };
  assert.deepEqual(seen(functions, 'cents'), cents);
});

test('the service beside it has its own name and version, and its own numbers of the package of both', async () => {
  const functions = await functionsAfter('mail', 'services/mail/main.js');
  const cents = { version: '2.0.0', file: '../../packages/money/src/money.js', package: null, calls: 1 };
  assert.deepEqual(seen(functions, 'cents'), cents);
});
