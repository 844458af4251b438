import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionStats } from '@prodlens/protocol';
import { fakeFunction } from '../testing/fake-sensor.js';
import { queryFixture as fixture, MS, NOW_MS } from '../testing/query-fixture.js';

/** Nearest rank over the durations themselves. */
function exactQuantile(durationsNs: number[], q: number): number {
  return [...durationsNs].sort((a, b) => a - b)[Math.max(1, Math.ceil(q * durationsNs.length)) - 1]!;
}

function assertWithin(actual: number | null, expected: number, share: number, what: string): void {
  assert.ok(actual !== null && Math.abs(actual - expected) <= share * expected, `${what}: ${actual}, not ${expected}`);
}

function assertMatches(stats: FunctionStats, durationsNs: number[], minutes: number): void {
  assert.equal(stats.calls, durationsNs.length);
  assertWithin(stats.callsPerMinute, durationsNs.length / minutes, 1e-9, 'callsPerMinute');
  for (const [key, q] of [
    ['p50Ns', 0.5],
    ['p95Ns', 0.95],
    ['p99Ns', 0.99],
  ] as const) {
    assertWithin(stats[key], exactQuantile(durationsNs, q), 0.044, key);
    assert.ok(stats[key]! <= stats.maxNs!);
  }
  assert.equal(stats.maxNs, Math.max(...durationsNs));
  assert.equal(
    stats.totalNs,
    durationsNs.reduce((a, b) => a + b, 0),
  );
}

test('numbers are what the calls themselves give, over instances, minutes, functions and files', async (t) => {
  const { query, instance } = fixture(t);
  const functions = [1, 2, 3].map((id) => fakeFunction(id, { file: id === 3 ? 'src/other.ts' : 'src/cart.ts' }));
  const instances = [await instance({ instance: 'a' }, functions), await instance({ instance: 'b' }, functions)];
  let seed = 7;
  const random = () => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const all: number[][] = [[], [], []];
  for (let agoMs = 10 * 60_000 - 10_000; agoMs >= 0; agoMs -= 10_000) {
    for (const { report } of instances) {
      const durations = all.map(() =>
        Array.from({ length: Math.floor(random() * 9) }, () => Math.ceil(10 ** (9 * random()))),
      );
      for (const [i, ns] of durations.entries()) all[i]!.push(...ns);
      await report(durations, { agoMs });
    }
  }
  const { functions: answers, truncated } = await query.functions({ windowSeconds: 3_600 });
  assert.equal(truncated, false);
  assert.deepEqual(answers.map(({ name }) => name).sort(), ['f1', 'f2', 'f3']);
  for (const stats of answers) assertMatches(stats, all[Number(stats.name.slice(1)) - 1]!, 10);
});

test('the rate is over the time of reporting: 20 calls in the first 20 s are 60 a minute', async (t) => {
  const { query, instance } = fixture(t);
  const { report } = await instance({});
  await report([Array(5).fill(MS)], { agoMs: 10_000 });
  await report([Array(15).fill(MS)]);
  for (const windowSeconds of [60, 300, 86_400]) {
    const [stats] = (await query.functions({ windowSeconds })).functions;
    assert.equal(stats?.callsPerMinute, 60);
  }
});

test('the rate of a function is over the time of the deployments that have it', async (t) => {
  const { query, instance } = fixture(t);
  const first = await instance({ version: '1.0.0' }, [fakeFunction(1), fakeFunction(2)]);
  const second = await instance({ version: '2.0.0' }, [fakeFunction(1), fakeFunction(3)]);
  await first.report([Array(6).fill(MS), Array(6).fill(MS)], { agoMs: 60_000, lengthMs: 120_000 });
  await second.report([Array(6).fill(MS), Array(6).fill(MS)], { lengthMs: 60_000 });
  const rates = async (filter: object) =>
    (await query.functions({ windowSeconds: 600, ...filter }, { sort: 'name' })).functions.map(
      ({ name, callsPerMinute }) => `${name} ${callsPerMinute}`,
    );
  assert.deepEqual(await rates({}), ['f1 4', 'f2 3', 'f3 6']);
  assert.deepEqual(await rates({ version: '2.0.0' }), ['f1 6', 'f3 6']);
});

test('the window reaches back as far as asked, and at most a minute further', async (t) => {
  const { query, instance } = fixture(t);
  const { report } = await instance({});
  for (const minutes of [3, 5, 7]) await report([[MS]], { agoMs: minutes * 60_000 });
  const calls = async (windowSeconds: number) => (await query.functions({ windowSeconds })).functions[0]?.calls;
  assert.deepEqual([await calls(60), await calls(300), await calls(360), await calls(420)], [undefined, 2, 2, 3]);
});

test('without a timed call there is no duration; without a call there is no error rate', async (t) => {
  const { query, instance } = fixture(t);
  const { report } = await instance({}, [fakeFunction(1, { timed: false }), fakeFunction(2)]);
  await report([[]]);
  for (const stats of (await query.functions({ files: ['src/cart.ts'], windowSeconds: 60 })).functions) {
    const { p50Ns, p95Ns, p99Ns, maxNs, totalNs, selfNs, errorRate } = stats;
    assert.deepEqual([p50Ns, p95Ns, p99Ns, maxNs, totalNs, selfNs, errorRate], Array(7).fill(null));
    assert.deepEqual([stats.calls, stats.callsPerMinute, stats.timed], [0, 0, stats.name === 'f2']);
  }
});

test('a file that is asked for shows every known function in every environment; a general question only live ones', async (t) => {
  const { query, instance, turn } = fixture(t);
  const functions = [fakeFunction(1), fakeFunction(2)];
  const production = await instance({ environment: 'production' }, functions);
  await instance({ environment: 'staging' }, functions);
  await production.report([[MS]]);
  const names = (list: FunctionStats[]) =>
    list.map(({ environment, name, calls }) => `${environment} ${name} ${calls}`);
  const ofFile = await query.functions(
    { service: 'orders', files: ['src/cart.ts'], windowSeconds: 60 },
    { sort: 'name' },
  );
  assert.deepEqual(names(ofFile.functions), ['production f1 1', 'staging f1 0', 'production f2 0', 'staging f2 0']);
  assert.deepEqual(names((await query.functions({ windowSeconds: 60 })).functions), ['production f1 1']);
  assert.deepEqual(
    (await query.functions({ service: 'none', files: ['src/cart.ts'], windowSeconds: 60 })).functions,
    [],
  );

  turn(10 * 60_000);
  const later = await query.functions({ files: ['src/cart.ts'], windowSeconds: 60 });
  assert.deepEqual(
    later.functions.map(({ callsPerMinute }) => callsPerMinute),
    Array(4).fill(null),
  );
});

test('filters by environment and version; line and version are of the latest deployment asked for', async (t) => {
  const { query, instance } = fixture(t);
  const first = await instance({ version: '1.0.0' }, [fakeFunction(1, { line: 10 })]);
  const second = await instance({ version: '2.0.0' }, [fakeFunction(1, { line: 20 })]);
  await first.report([[MS, MS]]);
  await second.report([[MS]]);
  const ask = async (filter: object) =>
    (await query.functions({ windowSeconds: 60, ...filter })).functions.map((f) => [f.calls, f.line, f.version]);
  assert.deepEqual(await ask({}), [[3, 20, '2.0.0']]);
  assert.deepEqual(await ask({ version: '1.0.0' }), [[2, 10, '1.0.0']]);
  assert.deepEqual(await ask({ environment: 'staging' }), []);
});

test('a function has one identity over versions and environments, and can be asked for by it', async (t) => {
  const { query, instance } = fixture(t);
  for (const environment of ['production', 'staging']) await (await instance({ environment })).report([[MS]]);
  const [a, b] = (await query.functions({ windowSeconds: 60 })).functions;
  assert.equal(a?.id, b?.id);
  assert.equal((await query.functions({ id: a!.id, windowSeconds: 60 })).functions.length, 2);
  assert.deepEqual((await query.functions({ id: 'none', windowSeconds: 60 })).functions, []);
});

test('sorts by what is asked, cuts at the limit and says so', async (t) => {
  const { query, instance } = fixture(t);
  const { report } = await instance(
    {},
    [1, 2, 3].map((id) => fakeFunction(id)),
  );
  await report([Array(9).fill(MS), Array(2).fill(50 * MS), [20 * MS, 20 * MS, 20 * MS]]);
  const order = async (sort: 'totalNs' | 'calls' | 'p95Ns' | 'name') =>
    (await query.functions({ windowSeconds: 60 }, { sort })).functions.map(({ name }) => name).join(' ');
  assert.equal(await order('totalNs'), 'f2 f3 f1');
  assert.equal(await order('calls'), 'f1 f3 f2');
  assert.equal(await order('p95Ns'), 'f2 f3 f1');
  assert.equal(await order('name'), 'f1 f2 f3');
  const cut = await query.functions({ windowSeconds: 60 }, { limit: 2 });
  assert.deepEqual([cut.functions.length, cut.truncated], [2, true]);
});

test('catalog, services and deployments', async (t) => {
  const { query, instance, turn } = fixture(t);
  await instance({ root: '/old' });
  turn(120_000);
  const packageFile = { file: 'node_modules/pg/lib/client.js', package: 'pg' };
  await instance({ version: '2.0.0', root: '/new', environment: 'staging' }, [
    fakeFunction(1),
    fakeFunction(2, packageFile),
  ]);
  await instance({ service: 'billing', packageName: '' }, [fakeFunction(1, { file: 'index.js' })]);
  assert.deepEqual(await query.catalog(), [
    {
      service: 'billing',
      packageName: '',
      roots: ['/srv/orders'],
      environments: ['production'],
      version: '1.0.0',
      revision: 'abc',
      files: ['index.js'],
    },
    {
      service: 'orders',
      packageName: 'order-service',
      roots: ['/new', '/old'],
      environments: ['production', 'staging'],
      version: '2.0.0',
      revision: 'abc',
      files: ['src/cart.ts'],
    },
  ]);
  assert.deepEqual((await query.services())[1], {
    service: 'orders',
    environments: ['production', 'staging'],
    version: '2.0.0',
    lastSeenUnixMs: NOW_MS + 120_000,
    reportingInstances: 1,
  });
  assert.deepEqual(
    (await query.deployments()).map((d) => `${d.service} ${d.environment} ${d.version} ${d.revision}`),
    ['billing production 1.0.0 abc', 'orders staging 2.0.0 abc', 'orders production 1.0.0 abc'],
  );
});
