import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeFunction } from '../../testing/fake-sensor.js';
import { queryFixture as fixture, MS } from '../../testing/query-fixture.js';
import { countVerdicts } from './compare.js';

const HOURS_3_MS = 3 * 3_600_000;
const FILTER = { service: 'orders', from: '1.0.0', to: '2.0.0' };

/** Half of the calls take as long, the others twice as long. */
const around = (ms: number, calls: number) => Array.from({ length: calls }, (_, i) => ms * MS * (1 + (i % 2)));

test('says of each function what changed, by the interval of its p95, and counts all of them', async (t) => {
  const { query, instance, turn } = fixture(t);
  const named = (...names: string[]) => names.map((name, i) => fakeFunction(i + 1, { name }));
  const before = await instance(
    { version: '1.0.0' },
    named('slower', 'faster', 'same', 'seldom', 'silent since', 'removed'),
  );
  await before.report([...Array(3).fill(around(10, 400)), around(10, 4), around(10, 400), around(10, 400)]);
  turn(HOURS_3_MS);
  const after = await instance(
    { version: '2.0.0' },
    named('slower', 'faster', 'same', 'seldom', 'silent since', 'added', 'much slower'),
  );
  await after.report([around(14, 400), around(6, 400), around(10.2, 400), around(90, 4), [], around(1, 400)]);

  const functions = await query.compare(FILTER, 'slower', []);
  assert.deepEqual(
    functions.map(({ name, verdict }) => `${name}: ${verdict}`),
    [
      'slower: slower',
      'same: no change seen',
      'added: new',
      'removed: gone',
      'seldom: too few calls',
      'silent since: not called',
      'faster: faster',
    ],
  );
  assert.deepEqual(countVerdicts(functions), {
    ...{ slower: 1, faster: 1, 'no change seen': 1, 'too few calls': 1, 'not called': 1, new: 1, gone: 1 },
  });
});

test('a function that was slow before and after, and one of which a few calls took long, are not called slower', async (t) => {
  const { query, instance, turn } = fixture(t);
  const functions = [fakeFunction(1, { name: 'always' }), fakeFunction(2, { name: 'by chance' })];
  await (await instance({ version: '1.0.0' }, functions)).report([around(900, 200), around(10, 30)]);
  turn(HOURS_3_MS);
  const outliers = [...around(10, 28), 40 * MS, 45 * MS];
  await (await instance({ version: '2.0.0' }, functions)).report([around(900, 200), outliers]);
  const compared = await query.compare(FILTER, 'name', []);
  assert.deepEqual(
    compared.map(({ name, verdict }) => [name, verdict]),
    [
      ['always', 'no change seen'],
      ['by chance', 'no change seen'],
    ],
  );
  assert.ok(compared[1]!.p95Change!.ratio > 1.5, 'the ratio alone would say slower');
});
