// The collector is not there when the service starts, is killed while it runs, and comes back on the same data. Every
// call is counted, and counted once.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { FunctionStats } from '@prodlens/protocol';
import { eventually } from './eventually.js';
import { type Program, SENSOR, startCollector, startProgram } from './program.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-away-'));
const programs: Program[] = [];
after(async () => {
  for (const program of programs) await program.stop();
  rmSync(folder, { recursive: true, force: true });
});

writeFileSync(join(folder, 'package.json'), '{ "name": "away", "version": "1.0.0", "type": "module" }');
writeFileSync(
  join(folder, 'server.js'),
  `import { createServer } from 'node:http';
export function handle(request) { if (request.url === '/fail') throw new Error('as asked'); return work(200) }
function work(n) { let sum = 0; for (let i = 0; i < n; i++) sum += i; return sum }
const server = createServer((request, response) => {
  try { response.end(String(handle(request))) } catch (error) { response.statusCode = 500; response.end(error.message) }
});
server.listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + server.address().port));
`,
);

test('no call is lost or counted twice while the collector comes, is killed and comes back', async () => {
  const port = await freePort();
  const collectorUrl = `http://127.0.0.1:${port}`;
  const data = join(folder, 'data');
  const service = await startProgram(
    ['--import', SENSOR, join(folder, 'server.js')],
    { PRODLENS_URL: collectorUrl },
    /listening on (http:\S+)/,
  );
  programs.push(service);

  await request(service.url, 30, 4);
  const first = await startCollector(data, port);
  await counted(collectorUrl, 34, 4);

  await request(service.url, 20, 1);
  await first.stop('SIGKILL');
  await request(service.url, 11, 2);

  programs.push(await startCollector(data, port));
  await counted(collectorUrl, 68, 7);
  // A repeat that was counted twice would show by now.
  await request(service.url, 1, 0);
  await counted(collectorUrl, 69, 7);
});

async function request(url: string, good: number, bad: number): Promise<void> {
  for (let i = 0; i < good; i++) assert.equal((await fetch(`${url}/`)).status, 200);
  for (let i = 0; i < bad; i++) assert.equal((await fetch(`${url}/fail`)).status, 500);
}

/** Waits until the collector has all calls, then holds that it has no more, and no fewer of what is below. */
async function counted(collectorUrl: string, calls: number, errors: number): Promise<void> {
  const functions = await eventually(`${calls} calls`, async () => {
    const response = await fetch(`${collectorUrl}/api/v1/functions?service=away&window=1h`);
    const answer = (await response.json()) as { functions: FunctionStats[] };
    const handle = answer.functions.find((f) => f.name === 'handle');
    return handle && handle.calls >= calls ? answer.functions : undefined;
  });
  const of = (name: string) => functions.find((f) => f.name === name)!;
  assert.deepEqual([of('handle').calls, of('handle').errors], [calls, errors]);
  assert.deepEqual([of('work').calls, of('work').errors], [calls - errors, 0]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
