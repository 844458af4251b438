// A deployment that slows an endpoint and brings a new error: real service under the sensor, real repository, `prodlens
// deploy --changes`, collector. Only the collector's clock is turned, so that minutes take no time.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Alert } from '@prodlens/protocol';
import { REPOSITORY, runProgram, SENSOR, startProgram } from './program.js';

interface Collector {
  url: string;
  runAlerts(): Promise<void>;
  close(): Promise<void>;
}
const { startCollector } = (await import(new URL('collector/dist/start-collector.js', REPOSITORY).href)) as {
  startCollector(options: object): Promise<Collector>;
};

const SERVER = `import express from 'express'; import { flush } from '@prodlens/sensor';
function burn(ms) { const end = performance.now() + ms; while (performance.now() < end); }
function price() { const end = performance.now() + 2; while (performance.now() < end); return 3 }
function charge() { return 'paid' }
function order(request, response) { burn(1); response.send('costs ' + price()) }
const app = express();
app.get('/orders', order);
app.get('/flush', async (request, response) => { await flush(); response.send('') });
for (const way of ['a', 'b', 'c', 'd']) app.get('/pay/' + way, (request, response) => response.send(charge()));
app.listen(0, '127.0.0.1', function () { console.log('listening on http://127.0.0.1:' + this.address().port) });
`;
/** Line 4 of the text. */
const CHARGE = "function charge() { throw new RangeError('no such currency') }";

test('slower endpoint and new error are told with function, throwing line and commit, as one cause', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-explained-'));
  let nowMs = Date.now();
  const clock = { now: () => nowMs, alerts: { everyMs: 0 } };
  const collector = await startCollector({ dataDir: join(folder, 'data'), port: 0, ...clock });
  t.after(async () => {
    await collector.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Ada L', '-c', 'user.email=a@example.com', ...args], {
      cwd: folder,
      encoding: 'utf8',
    }).trim();
  const commit = (subject: string, text: string): string => {
    writeFileSync(join(folder, 'server.js'), text);
    git('add', 'server.js', 'package.json');
    git('commit', '-q', '-m', subject);
    return git('rev-parse', 'HEAD');
  };
  git('init', '-q');
  symlinkSync(fileURLToPath(new URL('node_modules', REPOSITORY)), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "shop", "version": "1.0.0", "type": "module" }');
  const names = { PRODLENS_URL: collector.url, PRODLENS_SERVICE: 'shop', PRODLENS_ENVIRONMENT: 'production' };

  async function runService(version: string, revision: string, orders: number, pays: number): Promise<void> {
    const settings = {
      ...names,
      PRODLENS_VERSION: version,
      PRODLENS_REVISION: revision,
      PRODLENS_CACHE: 'off',
      NODE_ENV: 'production',
    };
    const service = await startProgram(
      ['--import', SENSOR, join(folder, 'server.js')],
      settings,
      /listening on (http:\S+)/,
    );
    for (let i = 0; i < orders; i++) await (await fetch(`${service.url}/orders`)).text();
    for (let i = 0; i < pays; i++) await (await fetch(`${service.url}/pay/${'abcd'[i % 4]}`)).text();
    await (await fetch(`${service.url}/flush`)).text();
    await service.stop();
    nowMs += 60_000;
  }
  const first = commit('Begin', SERVER);
  await runService('1.0.0', first, 60, 200);
  const second = commit('Price anew', SERVER.replace('now() + 2;', 'now() + 25;'));
  const third = commit(
    'Refuse currencies',
    SERVER.replace('now() + 2;', 'now() + 25;').replace(/^function charge.*$/m, CHARGE),
  );
  const cli = fileURLToPath(new URL('collector/dist/cli.js', REPOSITORY));
  const deploy = [
    'deploy',
    '--service',
    'shop',
    '--version',
    '2.0.0',
    '--revision',
    third,
    '--changes',
    '--folder',
    folder,
  ];
  const { code, lines } = await runProgram(process.execPath, [cli, ...deploy, '--url', collector.url], {}, folder);
  assert.equal(code, 0, lines.join('\n'));
  for (let i = 0; i < 3; i++) {
    await runService('2.0.0', third, 20, 4);
    await collector.runAlerts();
  }
  nowMs += 60_000;
  await collector.runAlerts();

  const { alerts } = (await (await fetch(`${collector.url}/api/v1/alerts`)).json()) as { alerts: Alert[] };
  const shown = alerts.map(({ title }) => title.replace(/\d+ %/g, 'N %').replace(/\d+(\.\d+)? times/, 'N times'));
  const of = (place: string) => {
    const found = alerts.find((a) => (a.place?.type === 'function' ? a.place.name : a.place?.route) === place);
    assert.ok(found !== undefined, `${place} is not in ${JSON.stringify(shown)}`);
    return found;
  };
  const [price, charge] = [of('price'), of('charge')];
  // The endpoint is a consequence: it is told with the function that carries it.
  const reached = price.reached?.find(({ kind }) => kind === 'endpoint-slower');
  assert.ok(reached !== undefined, JSON.stringify(price.reached));
  const answer = await fetch(`${collector.url}/api/v1/alerts/${reached.alertId}`);
  const { alert: endpoint } = (await answer.json()) as { alert: Alert };
  assert.equal(endpoint.partOf, price.id);
  const [carrier] = endpoint.carriers!;
  assert.deepEqual([carrier!.name, carrier!.file, carrier!.line, carrier!.version], ['price', 'server.js', 3, '2.0.0']);
  assert.ok(carrier!.share > 0.8 && Math.abs(carrier!.addedNs - 23e6) < 4e6, JSON.stringify(carrier));
  assert.deepEqual([price.kind, price.cause?.type], ['slower-since-deployment', 'own-time']);
  for (const { suspects, group } of [endpoint, price]) {
    const [suspect] = suspects!;
    assert.deepEqual([suspect!.revision, suspect!.author, suspect!.function], [second, 'Ada L', 'price']);
    assert.equal(group.id, charge.group.id);
  }
  assert.equal(charge.kind, 'new-error');
  assert.deepEqual([charge.error?.type, charge.cause?.type, charge.cause?.line], ['RangeError', 'throwing-line', 4]);
  assert.deepEqual([charge.suspects?.[0]?.revision, charge.suspects?.[0]?.function], [third, 'charge']);
});
