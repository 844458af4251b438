// Measuring is switched off and on from the command line while a service runs: the same process goes on, stops
// being counted, and is counted again.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { FunctionStats } from '@prodlens/protocol';
import { eventually } from './eventually.js';
import { type Program, REPOSITORY, SENSOR, startCollector, startProgram } from './program.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-switch-'));
const programs: Program[] = [];
after(async () => {
  for (const program of programs) await program.stop();
  rmSync(folder, { recursive: true, force: true });
});

symlinkSync(fileURLToPath(new URL('node_modules', REPOSITORY)), join(folder, 'node_modules'));
writeFileSync(join(folder, 'package.json'), '{ "name": "switched", "version": "1.0.0", "type": "module" }');
// Reports at once what it was asked to do.
writeFileSync(
  join(folder, 'server.js'),
  `import { createServer } from 'node:http'; import { flush } from '@prodlens/sensor';
function work(n) { let sum = 0; for (let i = 0; i < n; i++) sum += i; return sum }
const server = createServer(async (request, response) => { for (let i = 0; i < 5; i++) work(i); await flush(); response.end(String(process.pid)) });
server.listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + server.address().port));`,
);

test('off and on, without a restart', async () => {
  const collector = await startCollector(join(folder, 'data'));
  programs.push(collector);
  const settings = { PRODLENS_URL: collector.url };
  const service = await startProgram(
    ['--import', SENSOR, join(folder, 'server.js')],
    settings,
    /listening on (http:\S+)/,
  );
  programs.push(service);
  const pids = new Set<string>();
  const answer = async <T>(path: string) => (await fetch(`${collector.url}/api/v1/${path}`)).json() as Promise<T>;
  const work = async () => void pids.add(await (await fetch(service.url)).text());
  const calls = async () => {
    await work();
    const { functions } = await answer<{ functions: FunctionStats[] }>('functions?service=switched&window=1h');
    return functions.find(({ name }) => name === 'work')?.calls ?? 0;
  };
  /** Asks the service to work until its sensor says so. */
  const untilMeasuring = (measuring: boolean) =>
    eventually(`measuring: ${measuring}`, async () => {
      await work();
      const { sensors } = await answer<{ sensors: { measuring: boolean }[] }>('sensors?service=switched');
      return sensors[0]?.measuring === measuring ? true : undefined;
    });
  const switchTo = (to: 'on' | 'off') => {
    const cli = fileURLToPath(new URL('collector/dist/cli.js', REPOSITORY));
    execFileSync(process.execPath, [cli, 'measuring', to, '--service', 'switched', '--url', collector.url]);
  };

  await untilMeasuring(true);
  const before = await calls();
  assert.equal((await calls()) - before, 5);
  switchTo('off');
  await untilMeasuring(false);
  const off = await calls();
  assert.equal(await calls(), off);
  switchTo('on');
  await untilMeasuring(true);
  const on = await calls();
  assert.equal((await calls()) - on, 5);
  assert.equal(pids.size, 1);
});
