import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { get as httpsGet } from 'node:https';
import { join } from 'node:path';
import { test } from 'node:test';
import { connect, type TLSSocket } from 'node:tls';
import { pino } from 'pino';
import { WebSocket } from 'ws';
import { CERTIFICATES } from '../testing/certificates.js';
import { prodlens } from '../testing/run-program.js';
import { temporaryFolder, testCollector } from '../testing/test-collector.js';

/** Whose certificate the collector shows to a new connection. */
async function shown(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket: TLSSocket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { CN } = socket.getPeerCertificate().subject;
  socket.destroy();
  return String(CN);
}

test('HTTP and sockets over TLS; a changed certificate counts for new connections, one that does not fit never', async (t) => {
  const folder = temporaryFolder(t);
  const tls = { cert: join(folder, 'tls.crt'), key: join(folder, 'tls.key') };
  const write = ({ cert, key }: { cert: string; key: string }) => {
    writeFileSync(tls.cert, cert);
    writeFileSync(tls.key, key);
  };
  const { first, second } = CERTIFICATES;
  write(first);
  const said: string[] = [];
  const log = pino({ level: 'info' }, { write: (line) => said.push(JSON.parse(line).msg) });
  const { url } = await testCollector(t, undefined, log, { tls: { ...tls, lookMs: 20 } });
  assert.match(url, /^https:/);

  const answer = new Promise((resolve, reject) => {
    httpsGet(`${url}/healthz`, { ca: first.cert }, (response) => resolve(response.resume().statusCode)).on(
      'error',
      reject,
    );
  });
  assert.equal(await answer, 200);
  const socket = new WebSocket(`${url.replace('https', 'wss')}/v1/ide`, { ca: first.cert });
  t.after(() => socket.terminate());
  const [welcome] = await once(socket, 'message');
  assert.equal(JSON.parse(String(welcome)).type, 'welcome');

  const until = async (done: () => Promise<boolean> | boolean) => {
    const deadline = Date.now() + 60_000;
    while (!(await done())) {
      assert.ok(Date.now() < deadline, said.join());
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  assert.equal(await shown(url), 'prodlens first');
  write({ cert: second.cert, key: first.key });
  await until(() => said.includes('the changed certificate is not used'));
  assert.equal(await shown(url), 'prodlens first');
  write(second);
  await until(async () => (await shown(url)) === 'prodlens second');
  assert.equal(socket.readyState, socket.OPEN);
});

test('up with TLS says https, and by code why it cannot', async (t) => {
  const folder = temporaryFolder(t);
  const { first, second } = CERTIFICATES;
  const [cert, key] = ['tls.crt', 'tls.key'].map((name) => join(folder, name)) as [string, string];
  writeFileSync(cert, first.cert);
  writeFileSync(key, second.key);
  const run = (...args: string[]) => prodlens(t, 'up', '--data', join(folder, 'data'), '--port', '0', ...args);
  for (const args of [
    ['--tls-cert', cert],
    ['--tls-cert', cert, '--tls-key', key],
    ['--tls-cert', cert, '--tls-key', join(folder, 'none')],
  ]) {
    const { code, err } = await run(...args).done;
    assert.deepEqual([code, err.split(':')[0]], [1, 'PRODLENS_ERR_TLS'], args.join(' '));
    assert.doesNotMatch(err, /PRIVATE/);
  }
  writeFileSync(key, first.key);
  const { child, firstLine, done } = run('--tls-cert', cert, '--tls-key', key);
  assert.match(await firstLine, /listening on https:\/\/127\.0\.0\.1:\d+ /);
  child.kill('SIGTERM');
  assert.equal((await done).code, 0);
});
