// The program beside a running collector that takes windows in, and on folders that cannot be used.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fakeRow, fakeWindow, report, startSensor } from '../testing/fake-sensor.js';
import { prodlens } from '../testing/run-program.js';
import { get, temporaryFolder, testCollector } from '../testing/test-collector.js';

const calls = async (url: string) => (await get(`${url}/api/v1/functions`)).body.functions[0].calls as number;

test('a backup made while windows come holds what was acknowledged before it, once, and restores', async (t) => {
  const folder = temporaryFolder(t);
  const [data, backup, restored] = ['data', 'backup', 'restored'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  const collector = await testCollector(t, data);
  const sensor = await startSensor(collector.url);
  let sent = 0;
  const send = () => report(sensor, fakeWindow(++sent, [fakeRow(1, [1_000])]));
  for (let i = 0; i < 20; i++) await send();
  const before = sent;
  const { done } = prodlens(t, 'backup', backup, '--data', data);
  let isDone = false;
  const ended = done.finally(() => {
    isDone = true;
  });
  while (!isDone) await send();
  assert.deepEqual((await ended).code, 0, (await ended).err);

  const refused = await prodlens(t, 'restore', backup, '--data', data, '--replace').done;
  assert.match(refused.err, /^PRODLENS_ERR_DATA_IN_USE/);
  assert.equal((await prodlens(t, 'restore', backup, '--data', restored).done).code, 0);
  const again = await testCollector(t, restored);
  const found = await calls(again.url);
  assert.ok(found >= before && found <= sent, `${before} <= ${found} <= ${sent}`);
  // It goes on from there: the sequence and the numbers belong together.
  const other = await startSensor(again.url);
  assert.equal(other.lastSequence, found);
  await report(other, fakeWindow(found + 1, [fakeRow(1, [1_000])]));
  assert.equal(await calls(again.url), found + 1);
});

test('what is there is not overwritten, and is moved aside when that is asked for', async (t) => {
  const folder = temporaryFolder(t);
  const [data, backup] = [join(folder, 'data'), join(folder, 'backup')];
  const nothing = await prodlens(t, 'backup', backup, '--data', data).done;
  assert.match(nothing.err, /^PRODLENS_ERR_BACKUP: .* has no data/);
  const first = await testCollector(t, data);
  await report(await startSensor(first.url), fakeWindow(1, [fakeRow(1, [1_000])]));
  await first.close();
  assert.equal((await prodlens(t, 'backup', backup, '--data', data).done).code, 0);
  assert.match(
    (await prodlens(t, 'backup', backup, '--data', data).done).err,
    /^PRODLENS_ERR_BACKUP: .* is there already/,
  );
  assert.match((await prodlens(t, 'restore', backup, '--data', data).done).err, /^PRODLENS_ERR_BACKUP: .*--replace/);
  assert.match(
    (await prodlens(t, 'restore', folder, '--data', data).done).err,
    /^PRODLENS_ERR_BACKUP: .* is no backup/,
  );

  const { code, err } = await prodlens(t, 'restore', backup, '--data', data, '--replace').done;
  assert.equal(code, 0, err);
  const aside = /is in (.*)\.\n$/.exec(err)![1]!;
  assert.ok(existsSync(join(aside, 'prodlens.db')));
  const again = await testCollector(t, data);
  assert.equal(await calls(again.url), 1);
});

test('a damaged file is named, left as it is and replaced by a backup; a damaged backup is refused', async (t) => {
  const folder = temporaryFolder(t);
  const [data, backup] = [join(folder, 'data'), join(folder, 'backup')];
  const first = await testCollector(t, data);
  await report(await startSensor(first.url), fakeWindow(1, [fakeRow(1, [1_000])]));
  await first.close();
  assert.equal((await prodlens(t, 'backup', backup, '--data', data).done).code, 0);
  const file = join(data, 'prodlens.db');
  truncateSync(file, 5_000);
  const damaged = readFileSync(file);
  const { code, err: said } = await prodlens(t, 'up', '--data', data, '--port', '0').done;
  assert.equal(code, 1);
  assert.match(said, /^PRODLENS_ERR_DATA_DAMAGED: .*prodlens\.db is damaged .*prodlens restore PATH --replace/m);
  assert.deepEqual(readFileSync(file), damaged);
  assert.equal((await prodlens(t, 'restore', backup, '--data', data, '--replace').done).code, 0);
  const { child, firstLine } = prodlens(t, 'up', '--data', data, '--port', '0', '--json');
  assert.equal(await calls(JSON.parse(await firstLine).url), 1);
  child.kill('SIGTERM');
  await once(child, 'exit');

  truncateSync(join(backup, 'prodlens.db'), 20_000);
  const { err } = await prodlens(t, 'restore', backup, '--data', join(folder, 'other')).done;
  assert.match(err, /^PRODLENS_ERR_(BACKUP|DATA_DAMAGED): .*damaged/);
});
