import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { connectSensor } from './testing/fake-sensor.js';
import { CLI, prodlens } from './testing/run-program.js';
import { temporaryFolder, testCollector } from './testing/test-collector.js';

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  test(`up says where it is and what to point at it, and ends cleanly on ${signal} with sockets open`, async (t) => {
    const data = temporaryFolder(t);
    const { child, done, firstLine } = prodlens(t, 'up', '--data', data, '--port', '0');
    const url = /^Prodlens collector listening on (http:\/\/127\.0\.0\.1:\d+) /.exec(await firstLine)?.[1];
    assert.ok(url, await firstLine);
    const sensor = await connectSensor(url);
    child.kill(signal);
    const { code, out, err } = await done;
    assert.deepEqual([code, err], [0, '']);
    for (const line of [
      `Web app: +open ${url}`,
      `A service: +PRODLENS_URL=${url} node --import @prodlens/sensor/register app.js`,
      `OpenTelemetry: +OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${url}/v1/traces`,
      `An editor: +setting prodlens.url ${url},`,
    ]) {
      assert.match(out, new RegExp(`^  ${line}`, 'm'));
    }
    assert.ok(out.includes(data) && out.includes('no token: this machine only'), out);
    assert.equal((await sensor.closed).code, 1001);
  });
}

test('up --json prints one JSON line', async (t) => {
  const data = temporaryFolder(t);
  const { child, firstLine, done } = prodlens(t, 'up', '--data', data, '--port', '0', '--json');
  const line = JSON.parse(await firstLine);
  assert.deepEqual({ ...line, url: '' }, { url: '', data });
  assert.equal((await fetch(`${line.url}/healthz`)).status, 200);
  child.kill('SIGTERM');
  assert.equal((await done).code, 0);
});

test('up says by code why it cannot start', async (t) => {
  const running = await testCollector(t);
  const { port } = new URL(running.url);
  const cases: Array<[code: string, ...args: string[]]> = [
    ['PRODLENS_ERR_PORT_IN_USE', '--data', temporaryFolder(t), '--port', port],
    ['PRODLENS_ERR_DATA_IN_USE', '--data', running.dataDir, '--port', '0'],
    ['PRODLENS_ERR_DATA_FOLDER', '--data', `${CLI}/data`, '--port', '0'],
    ['PRODLENS_ERR_TOKEN_NEEDED', '--data', temporaryFolder(t), '--port', '0', '--host', '0.0.0.0'],
    ['PRODLENS_ERR_LISTEN', '--data', temporaryFolder(t), '--port', '0', '--host', '127.0.0.999'],
  ];
  for (const [code, ...args] of cases) {
    const result = await prodlens(t, 'up', ...args).done;
    assert.deepEqual([result.code, result.out, result.err.split(':')[0]], [1, '', code]);
  }
});

test('up says so when the system refuses to make the folder, and does not try for ever', {
  skip: process.platform === 'linux' ? false : 'only Linux has /proc',
  timeout: 60_000,
}, async (t) => {
  for (const data of ['/proc/none', '/proc/none/deeper']) {
    const { code, out, err } = await prodlens(t, 'up', '--data', data, '--port', '0').done;
    assert.deepEqual([code, out], [1, '']);
    assert.ok(err.startsWith(`PRODLENS_ERR_DATA_FOLDER: Cannot use the data folder ${data}: ENOENT`), err);
  }
});

test('the command that a refused start names makes the token', async (t) => {
  const data = join(temporaryFolder(t), 'my data');
  const { err } = await prodlens(t, 'up', '--data', data, '--port', '0', '--host', '0.0.0.0').done;
  const command = /: prodlens (token create .*) --data "(.+)" \(.*node collector\/dist\/cli\.js\)/.exec(err);
  assert.ok(command, err);
  const created = await prodlens(t, ...command[1]!.split(' '), '--data', command[2]!).done;
  assert.equal(created.code, 0, created.err);
  assert.equal((await testCollector(t, data)).needsToken, true);
});

test('token create prints the token alone on stdout, and the collector then wants one', async (t) => {
  const data = temporaryFolder(t);
  const created = await prodlens(t, 'token', 'create', '--scope', 'read', '--data', data).done;
  assert.equal(created.code, 0);
  assert.match(created.out, /^prodlens_[\w-]{43}\n$/);
  const { url, needsToken } = await testCollector(t, data);
  assert.equal(needsToken, true);
  const headers = { authorization: `Bearer ${created.out.trim()}` };
  assert.equal((await fetch(`${url}/api/v1/services`)).status, 401);
  assert.equal((await fetch(`${url}/api/v1/services`, { headers })).status, 200);
});

test('wrong usage and --help', async (t) => {
  for (const args of [
    ['up', '--port', '99999'],
    ['token', 'create', '--scope', 'all'],
    ['token', 'create'],
    ['token', 'revoke'],
    ['up', '--limit', 'sockets'],
    ['up', '--limit', 'cats=3'],
    ['measuring', 'off'],
    ['measuring', 'of', '--service', 'orders'],
    ['sourcemaps', 'upload', '--service', 'orders', '--version', '1'],
    ['down'],
  ]) {
    const { code, err } = await prodlens(t, ...args).done;
    assert.ok(code === 1 && err.startsWith('error: '), args.join(' '));
  }
  for (const args of [
    ['--help'],
    ['up', '--help'],
    ['token', '--help'],
    ['token', 'create', '--help'],
    ['token', 'list', '--help'],
    ['token', 'revoke', '--help'],
    ['measuring', '--help'],
    ['measuring', 'off', '--help'],
    ['sourcemaps', 'upload', '--help'],
  ]) {
    const { code, out } = await prodlens(t, ...args).done;
    assert.ok(code === 0 && out.startsWith('Usage: prodlens'), args.join(' '));
  }
});
