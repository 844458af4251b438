// One module's text on its way to V8, without V8: ids, the cache, and what is given up.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { allocateIds, CAPACITY, createCounters, FLAG, TIER_CAPACITY } from '../measure/counters.js';
import { CacheWriter } from '../report/cache-writer.js';
import type { ToReporter } from '../report/messages.js';
import { cacheFileOf } from './code-cache.js';
import { createTransform, type TransformSettings } from './transform.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-transform-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const SETTINGS: TransformSettings = {
  root: '/srv/app',
  include: [],
  exclude: [],
  dependencies: ['direct'],
  timing: 'auto',
  flows: true,
  sensorFolder: '/sensor/',
  cacheFile: null,
};
const SOURCE = 'function f() { return g() }\nasync function g() { return 1 }\nfunction h(a) { a.sort(); }';

function transformer(settings: Partial<TransformSettings> = {}, counters = createCounters(), packagesMs?: number) {
  const told: ToReporter[] = [];
  const columns: string[] = [];
  const transform = createTransform(
    { ...SETTINGS, ...settings },
    counters,
    {
      tell: (message) => told.push(message),
      columns: (path) => columns.push(path),
    },
    packagesMs,
  );
  const modules = () => told.flatMap((message) => (message.type === 'module' ? [message.module] : []));
  return { transform, modules, told, columns, counters };
}
const idsIn = (text: string) => [...new Set(text.match(/0x[0-9a-f]{5}/g) ?? [])];

test('a module gets ids in a row, and is told of with its functions and columns', () => {
  const { transform, modules, columns, counters } = transformer();
  assert.deepEqual(idsIn(transform('/srv/app/a.js', SOURCE, 'commonjs')), ['0x00001', '0x00002', '0x00003']);
  assert.deepEqual(idsIn(transform('/srv/app/b.js', SOURCE, 'commonjs')), ['0x00004', '0x00005', '0x00006']);
  const [a] = modules();
  assert.ok(a && 'firstId' in a);
  assert.deepEqual([a.path, a.firstId, a.functionCount, columns.length], ['/srv/app/a.js', 1, 3, 2]);
  assert.deepEqual([...counters.flags.subarray(1, 4)], [FLAG.sampled, FLAG.suspends, FLAG.sampled]);
});

test('the same text of a file that is loaded again keeps its ids, and is told of once', () => {
  const { transform, modules } = transformer();
  const first = transform('/srv/app/a.js', SOURCE, 'commonjs');
  assert.equal(transform('/srv/app/a.js', SOURCE, 'commonjs'), first);
  assert.equal(transform('/srv/app/a.js', first, 'commonjs'), first, 'a second hook lets it through');
  assert.equal(modules().length, 1);
  assert.notDeepEqual(idsIn(transform('/srv/app/a.js', `${SOURCE}\n`, 'commonjs')), idsIn(first));
});

test('ever new text under one name stops using up ids; texts that come again have theirs', () => {
  const { transform, modules, counters } = transformer();
  const text = (n: number) => `function f() { return ${n} }`;
  for (let i = 0; i < 1_000; i++) transform('/srv/app/made.js', text(i % 2), 'commonjs');
  assert.equal(counters.control[0], 3);
  for (let i = 0; i < 1_000; i++) transform('/srv/app/made.js', text(i), 'commonjs');
  assert.equal(counters.control[0], 17);
  assert.equal(transform('/srv/app/made.js', text(500), 'commonjs'), text(500));
  assert.deepEqual(idsIn(transform('/srv/app/made.js', text(1), 'commonjs')), ['0x00002']);
  assert.equal(modules().filter((module) => 'skipped' in module).length, 985);
});

test('own functions that call are timed, those of packages only where they can be slow by themselves', () => {
  const { transform, counters } = transformer();
  transform('/srv/app/node_modules/direct/i.js', SOURCE, 'commonjs');
  const { package: ofPackage, suspends, sampled } = FLAG;
  assert.deepEqual([...counters.flags.subarray(1, 4)], [ofPackage, ofPackage | suspends, ofPackage | sampled]);
});

test('where ids run short, packages that the service does not name go first, then named ones, then its own', () => {
  const counters = createCounters();
  const { transform, modules } = transformer({}, counters);
  const isMeasured = (path: string) => transform(path, SOURCE, 'commonjs') !== SOURCE;
  allocateIds(counters, TIER_CAPACITY.transitive - 2, 'own');
  assert.equal(isMeasured('/srv/app/node_modules/transitive/i.js'), false);
  assert.equal(isMeasured('/srv/app/node_modules/direct/i.js'), true);
  allocateIds(counters, TIER_CAPACITY.direct - counters.control[0]!, 'own');
  assert.equal(isMeasured('/srv/app/node_modules/direct/j.js'), false);
  assert.equal(isMeasured('/srv/app/own.js'), true);
  allocateIds(counters, CAPACITY - counters.control[0]!, 'own');
  assert.equal(isMeasured('/srv/app/more.js'), false);
  assert.deepEqual(
    modules().flatMap((module) => ('skipped' in module ? [module.skipped] : [])),
    ['budget', 'budget', 'budget'],
  );
});

test('what cannot be instrumented runs as it is, with its reason; so does the sensor, and what is excluded', () => {
  const { transform, modules } = transformer({ exclude: ['secret*'] });
  assert.equal(transform('/srv/app/broken.js', 'function (', 'commonjs'), 'function (');
  assert.equal(transform('/sensor/x.js', SOURCE, 'commonjs'), SOURCE);
  assert.equal(transform('/srv/app/secret.js', SOURCE, 'commonjs'), SOURCE);
  assert.deepEqual(modules(), [
    { path: '/srv/app/broken.js', skipped: 'unparsable' },
    { path: '/srv/app/secret.js', skipped: 'settings' },
  ]);
});

test('a text from the cache is the same but for its ids, and nothing is written anew', () => {
  const cacheFile = cacheFileOf(folder, '/srv/app')!;
  const cold = transformer({ cacheFile });
  const text = cold.transform('/srv/app/a.js', SOURCE, 'commonjs');
  const writer = new CacheWriter(cacheFile);
  for (const message of cold.told) if (message.type === 'cache') writer.add(message.record);
  writer.close();

  const warm = transformer({ cacheFile });
  warm.transform('/srv/app/first.js', 'function other() { return 漢() }', 'commonjs');
  const again = warm.transform('/srv/app/a.js', SOURCE, 'commonjs');
  assert.deepEqual(idsIn(again), ['0x00002', '0x00003', '0x00004']);
  assert.equal(again.replace(/0x\w{5}/g, ''), text.replace(/0x\w{5}/g, ''));
  assert.equal(warm.told.filter((message) => message.type === 'cache').length, 1, 'only the other one');
  const [coldModule] = cold.modules();
  const warmModule = warm.modules()[1];
  assert.deepEqual({ ...warmModule, firstId: 1 }, coldModule);
});

test('where instrumenting packages has taken too long, more of them run as they are, and own modules do not', () => {
  const { transform, modules } = transformer({}, createCounters(), 0);
  assert.equal(transform('/srv/app/node_modules/direct/i.js', SOURCE, 'commonjs'), SOURCE);
  assert.notEqual(transform('/srv/app/own.js', SOURCE, 'commonjs'), SOURCE);
  assert.deepEqual(modules()[0], { path: '/srv/app/node_modules/direct/i.js', skipped: 'start-up time' });
});
