// A disk that fills up, which is a small file system in memory: mounting one needs Linux and root.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as later } from 'node:timers/promises';
import { fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { get, testCollector } from '../testing/test-collector.js';

function smallDisk(t: TestContext): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-disk-'));
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]).status === 0;
  t.after(() => {
    // Lazily: the collector is closed after this.
    if (mounted) spawnSync('umount', ['-l', folder]);
    rmSync(folder, { recursive: true, force: true });
  });
  return mounted ? folder : null;
}

test('on a full disk nothing is taken in, which is said; questions go on; with room it goes on by itself', async (t) => {
  const disk = smallDisk(t);
  if (disk === null) return t.skip('no small file system can be mounted');
  const collector = await testCollector(t, join(disk, 'data'));
  const sensor = await startSensor(collector.url);
  await report(sensor, fakeWindow(1, [fakeRow(1, [1_000])]));
  const calls = async () => (await get(`${collector.url}/api/v1/functions`)).body.functions[0].calls;

  const ballast = join(disk, 'ballast');
  for (let size = 8; size > 0.001; size /= 2) {
    try {
      writeFileSync(`${ballast}-${size}`, Buffer.alloc(size * 1024 * 1024));
    } catch {
      // No room for a piece of this size; a smaller one may fit.
    }
  }
  // A window that is larger than what little is left.
  const large = Array.from({ length: 5_000 }, () => fakeRow(1, [1_000]));
  sensor.say(fakeWindow(2, large));
  const deadline = Date.now() + 60_000;
  let ready = await get(`${collector.url}/readyz`);
  while (ready.status === 200 && Date.now() < deadline) {
    await later(50);
    ready = await get(`${collector.url}/readyz`);
  }
  assert.equal(ready.status, 503);
  assert.match(ready.body.error.message, /disk/i);
  assert.equal(await calls(), 1);

  for (let size = 8; size > 0.001; size /= 2) if (existsSync(`${ballast}-${size}`)) rmSync(`${ballast}-${size}`);
  assert.deepEqual(await sensor.next(), { type: 'ack', sequence: 2 });
  assert.equal(await calls(), 5_001);
  assert.equal((await get(`${collector.url}/readyz`)).status, 200);
});
