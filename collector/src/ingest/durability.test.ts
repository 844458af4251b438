// The collector as a program of its own, killed in the moment after an ack.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { get, temporaryFolder } from '../testing/test-collector.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));

async function startChild(t: TestContext, dataDir: string): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [CLI, 'up', '--data', dataDir, '--port', '0', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [line] = await once(createInterface({ input: child.stdout! }), 'line');
  return { child, url: JSON.parse(line).url };
}

test('what was acknowledged is there after kill -9, and is not counted again', async (t) => {
  const dataDir = temporaryFolder(t);
  let acknowledged = 0;
  for (let round = 1; round <= 4; round++) {
    const { child, url } = await startChild(t, dataDir);
    const sensor = await startSensor(url);
    assert.equal(sensor.lastSequence, acknowledged);
    sensor.socket.on('error', () => {});
    if (acknowledged > 0) await report(sensor, fakeWindow(acknowledged, [fakeRow(1, [1_000])]));
    for (const _ of Array(round)) await report(sensor, fakeWindow(++acknowledged, [fakeRow(1, [1_000])]));
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
  const { child, url } = await startChild(t, dataDir);
  const { body } = await get(`${url}/api/v1/functions`);
  assert.equal(body.functions[0].calls, acknowledged);
  child.kill('SIGTERM');
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
