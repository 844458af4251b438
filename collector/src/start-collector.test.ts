import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { temporaryFolder, testCollector } from './testing/test-collector.js';

/** Starts a collector in a process of its own, which is given a minute to end by itself. */
function failingStart(options: Record<string, unknown>) {
  const program = `
    const { startCollector } = await import(${JSON.stringify(new URL('./start-collector.js', import.meta.url).href)});
    await startCollector(${JSON.stringify(options)}).catch(({ message }) => console.log(message));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  return { status, stdout, stderr };
}

async function folderOfCollector(t: TestContext): Promise<string> {
  const dataDir = temporaryFolder(t);
  await (await testCollector(t, dataDir)).close();
  return dataDir;
}

test('a collector that cannot listen leaves nothing that runs, and the folder free', async (t) => {
  const dataDir = await folderOfCollector(t);
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => server.close());
  const { status, stdout, stderr } = failingStart({ dataDir, port: (server.address() as AddressInfo).port });
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /is taken/);
  await testCollector(t, dataDir);
});

test('nor does one that fails half way', async (t) => {
  const dataDir = await folderOfCollector(t);
  // What serves refuses such a log, when all behind it has started.
  const { status, stdout, stderr } = failingStart({ dataDir, port: 0, log: {} });
  assert.deepEqual([status, stderr], [0, '']);
  assert.match(stdout, /logger/);
});
