// A program that nobody here wrote: the file server `serve`, as npm delivers it (its own code ES modules, its
// packages mostly CommonJS), under the sensor, used over HTTP. Its functions are found with counts that add up.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FunctionStats } from '@prodlens/protocol';
import { eventually } from '../eventually.js';
import { type Program, SENSOR, startCollector, startProgram } from '../program.js';

const FOUND = 37;
const MISSING = 5;

let folder: string;
let collector: Program;
let server: Program;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'prodlens-serve-'));
  writeFileSync(join(folder, 'greeting.txt'), 'hello');
  collector = await startCollector(join(folder, 'data'));
  const main = fileURLToPath(import.meta.resolve('serve/build/main.js'));
  const settings = { PRODLENS_URL: collector.url, NO_UPDATE_CHECK: '1', NODE_ENV: 'production' };
  const args = ['--import', SENSOR, main, folder, '--listen', 'tcp://127.0.0.1:0', '--no-clipboard'];
  server = await startProgram(args, settings, /Accepting connections at (http:\S+)/);
  // What it does to start is out of the way once its functions are known.
  await eventually('functions of serve', async () => ((await functions()).length > 0 ? true : undefined));
});

after(async () => {
  await server?.stop();
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function functions(): Promise<FunctionStats[]> {
  const response = await fetch(`${collector.url}/api/v1/functions?service=serve&window=1h&limit=1000`);
  return ((await response.json()) as { functions: FunctionStats[] }).functions;
}

test('N requests are N calls of the handlers, in its own code and in its packages', async () => {
  for (let i = 0; i < FOUND; i++) {
    const response = await fetch(`${server.url}/greeting.txt`);
    assert.equal(await response.text(), 'hello');
  }
  for (let i = 0; i < MISSING; i++) {
    const response = await fetch(`${server.url}/missing.txt`);
    assert.equal(response.status, 404);
    await response.text();
  }
  const ALL = FOUND + MISSING;
  // A package's function that only calls others is counted; its time shows in those and in its callers.
  const expected: [file: RegExp, name: string, calls: number, timed: boolean][] = [
    [/^build\/main\.js$/, 'startServer.serverHandler', ALL, true],
    [/^build\/main\.js$/, 'startServer.serverHandler.run', ALL, true],
    [/^node_modules\/serve-handler\//, 'module.exports', ALL, true],
    [/^node_modules\/compression\/index\.js$/, 'compression.compression', ALL, false],
    [/^node_modules\/content-disposition\/index\.js$/, 'contentDisposition', FOUND, false],
  ];
  const all = await eventually(`${ALL} calls of the handler`, async () => {
    const answer = await functions();
    const handler = answer.find((f) => f.name === 'startServer.serverHandler');
    return handler && handler.calls >= ALL ? answer : undefined;
  });
  for (const [file, name, calls, timed] of expected) {
    const found = all.filter((f) => file.test(f.file) && f.name === name);
    assert.equal(found.length, 1, `${name}: ${found.length} found`);
    const [stats] = found;
    assert.equal(stats!.calls, calls, name);
    assert.equal(stats!.errors, 0, name);
    assert.equal(stats!.timed, timed, name);
    if (!timed) continue;
    assert.ok(
      stats!.p95Ns! > 0 && stats!.p95Ns! <= stats!.maxNs!,
      `${name}: p95 ${stats!.p95Ns} of max ${stats!.maxNs}`,
    );
  }
});

test('the service says by itself who it is', async () => {
  const [first] = await functions();
  assert.equal(first!.service, 'serve');
  assert.equal(first!.environment, 'production');
  assert.match(first!.version, /^\d+\.\d+\.\d+$/);
});
