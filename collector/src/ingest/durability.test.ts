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

test('killed at random moments while sensors send, nothing acknowledged is lost and nothing counted twice', async (t) => {
  const dataDir = temporaryFolder(t);
  const sensors = [1, 2, 3].map((i) => ({
    instance: `instance-${i}`,
    sequence: 0,
    acknowledged: 0,
    service: `service-${i}`,
  }));
  for (let round = 0; round < 8; round++) {
    const { child, url } = await startChild(t, dataDir);
    let left = 3 + Math.floor(Math.random() * 60);
    await Promise.all(
      sensors.map(async (kept) => {
        const { instance, service } = kept;
        const sensor = await startSensor(url, { instance, service }).catch(() => null);
        if (sensor === null) return;
        sensor.socket.on('error', () => {});
        // What is durable without having been acknowledged is not sent again; all else is.
        assert.ok(sensor.lastSequence >= kept.acknowledged && sensor.lastSequence <= kept.sequence);
        kept.acknowledged = sensor.lastSequence;
        kept.sequence = sensor.lastSequence;
        while (sensor.socket.readyState === sensor.socket.OPEN) {
          kept.sequence++;
          const acknowledged = report(sensor, fakeWindow(kept.sequence, [fakeRow(1, [1_000])]));
          if (--left === 0) child.kill('SIGKILL');
          if (
            !(await acknowledged.then(
              () => true,
              () => false,
            ))
          )
            return;
          kept.acknowledged = kept.sequence;
        }
      }),
    );
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  }
  const { child, url } = await startChild(t, dataDir);
  for (const { instance, service, acknowledged, sequence } of sensors) {
    const { lastSequence } = await startSensor(url, { instance, service });
    assert.ok(lastSequence >= acknowledged && lastSequence <= sequence, `${acknowledged} ${lastSequence} ${sequence}`);
    const { body } = await get(`${url}/api/v1/functions?service=${service}`);
    assert.equal(body.functions[0].calls, lastSequence, service);
  }
  child.kill('SIGTERM');
  await once(child, 'exit');
});
