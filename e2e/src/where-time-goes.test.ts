// A service that works and waits: where the time of its functions goes, and what the sensor says of itself and of
// the process.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { FunctionStats } from '@prodlens/protocol';
import { eventually } from './eventually.js';
import { type Program, SENSOR, startCollector, startProgram } from './program.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-time-'));
let collector: Program;
let service: Program;

writeFileSync(join(folder, 'package.json'), '{ "name": "time", "version": "1.0.0", "type": "module" }');
writeFileSync(
  join(folder, 'server.js'),
  `import { createServer } from 'node:http';
import { Worker, isMainThread, workerData } from 'node:worker_threads';
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
function burn(ms) { const end = performance.now() + ms; while (performance.now() < end); }
async function rows() { await wait(30); return 1 }
async function prices() { await wait(40); return 2 }
export async function handle() { const all = await Promise.all([rows(), prices()]); burn(60); return all }
function inWorker() { burn(1) }
if (isMainThread) {
  new Worker(new URL(import.meta.url), { workerData: 'worker' });
  createServer(async (request, response) => response.end(String(await handle())))
    .listen(0, '127.0.0.1', function () { console.log('listening on http://127.0.0.1:' + this.address().port) });
} else if (workerData === 'worker') setInterval(inWorker, 50);
`,
);

before(async () => {
  collector = await startCollector(join(folder, 'data'));
  service = await startProgram(
    ['--import', SENSOR, join(folder, 'server.js')],
    { PRODLENS_URL: collector.url, NODE_ENV: 'production', PRODLENS_CPU_PROFILE: 'on' },
    /listening on (http:\S+)/,
  );
});
after(async () => {
  await service?.stop();
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function ask<T>(path: string): Promise<T> {
  const response = await fetch(`${collector.url}/api/v1/${path}`);
  assert.equal(response.status, 200, path);
  return (await response.json()) as T;
}

async function statsOf(name: string): Promise<FunctionStats | undefined> {
  const { functions } = await ask<{ functions: FunctionStats[] }>('functions?service=time&window=1h&limit=1000');
  const found = functions.find((f) => f.name === name);
  return found && (await ask<{ functions: FunctionStats[] }>(`functions/${found.id}?window=1h`)).functions[0];
}

async function request(n: number): Promise<void> {
  for (let i = 0; i < n; i++) assert.equal(await (await fetch(service.url)).text(), '1,2');
}

test('callers and callees, and of a function’s time what is its own', async () => {
  await request(10);
  const handle = await eventually('ten calls of handle and of what it calls, ended', async () => {
    const stats = await statsOf('handle');
    const ended = stats?.callees?.filter((callee) => callee.calls >= 10) ?? [];
    return stats && stats.calls >= 10 && ended.length >= 3 ? stats : undefined;
  });
  const callees = Object.fromEntries(handle.callees!.map((one) => [one.name, one]));
  assert.deepEqual(
    ['rows', 'prices', 'burn'].map((name) => callees[name]?.calls),
    [10, 10, 10],
  );
  // rows and prices run side by side, 30 and 40 ms, then burn takes 60: nearly nothing is left to handle itself.
  // The second call of a sync function goes by the coarse clock, which is up to two ticks (4 ms) off.
  assert.ok(callees.burn!.totalNs! >= 10 * 60e6 - 4e6, `burn ${callees.burn!.totalNs}`);
  assert.ok(callees.prices!.totalNs! >= 10 * 39e6, `prices ${callees.prices!.totalNs}`);
  assert.ok(handle.totalNs! >= 10 * 99e6 - 4e6, `handle ${handle.totalNs}`);
  assert.ok(handle.selfNs! <= handle.totalNs! - callees.burn!.totalNs!, 'time in burn is not handle’s own');
  assert.ok(handle.selfNs! < 0.5 * handle.totalNs!, `${handle.selfNs} of ${handle.totalNs}`);
  await eventually('a call from the worker thread too', async () => {
    const { callers } = (await statsOf('burn'))!;
    return callers!
      .map((one) => one.name)
      .sort()
      .join() === 'handle,inWorker'
      ? true
      : undefined;
  });
});

test('what burns the processor is found by the profiler', async () => {
  const stats = await eventually('processor time of burn', async () => {
    await request(5);
    const burn = await statsOf('burn');
    return burn && burn.cpuNs !== null && burn.cpuNs > 100e6 ? burn : undefined;
  });
  const rows = await statsOf('rows');
  assert.ok(stats.cpuNs! > 10 * (rows?.cpuNs ?? 0), `burn ${stats.cpuNs}, rows ${rows?.cpuNs}`);
});

interface Sensor {
  pid: number;
  functions: number;
  measuring: boolean;
  shedLevel: number;
  sensorBytes: number;
  sensorCpuMsPerSecond: number;
  process: { rssBytes: number; heapUsedBytes: number; eventLoopUtilization: number; eventLoopDelayMaxNs: number };
}

test('the sensor says what it costs and how the process does, the worker thread apart', async () => {
  const sensors = await eventually('two instances', async () => {
    const { sensors } = await ask<{ sensors: Sensor[] }>('sensors?service=time');
    return sensors.length === 2 && sensors.every((one) => one.process) ? sensors : undefined;
  });
  for (const one of sensors) {
    assert.equal(one.pid, service.pid);
    assert.ok(one.measuring && one.shedLevel === 0);
    assert.ok(one.functions >= 7 && one.sensorBytes > 1e6 && one.sensorCpuMsPerSecond >= 0);
    assert.ok(one.process.rssBytes > 1e7 && one.process.heapUsedBytes > 1e6);
    assert.ok(one.process.eventLoopUtilization > 0 && one.process.eventLoopUtilization <= 1);
  }
  const late = Math.max(...sensors.map((one) => one.process.eventLoopDelayMaxNs));
  assert.ok(late > 5e6, `burn holds the event loop up: ${late}`);
});
