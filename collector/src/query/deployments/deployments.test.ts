import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fakeFunction } from '../../testing/fake-sensor.js';
import { queryFixture as fixture, MS, NOW_MS } from '../../testing/query-fixture.js';
import type { ServiceSummary } from '../query.js';

test('compares the latest deployment with the one before it, whatever window is asked for', async (t) => {
  const { query, instance, turn } = fixture(t);
  const functions = [fakeFunction(1), fakeFunction(2)];
  const before = await instance({ version: '1.0.0' }, functions);
  await before.report([Array(50).fill(10 * MS), Array(50).fill(10 * MS)]);
  turn(2 * 60 * 60_000);
  const after = await instance({ version: '2.0.0' }, functions);
  await after.report([Array(50).fill(60 * MS), Array(50).fill(11 * MS)]);
  const slower = async (filter: object) =>
    (await query.functions({ windowSeconds: 60, ...filter })).functions.flatMap(({ name, regression: r }) =>
      r === null ? [] : [`${name} ${r.previousVersion} ${r.version}`],
    );
  assert.deepEqual(await slower({}), ['f1 1.0.0 2.0.0']);
  assert.deepEqual(await slower({ version: '2.0.0' }), ['f1 1.0.0 2.0.0']);
  assert.deepEqual(await slower({ version: '1.0.0', windowSeconds: 86_400 }), []);
});

test('after a rollback the version, the position and the comparison are those of what runs again', async (t) => {
  const { query, instance, turn } = fixture(t);
  const of = (version: string, process: string, line: number) =>
    instance({ version, instance: process }, [fakeFunction(1, { line })]);
  await (await of('1.0.0', 'a', 10)).report([Array(50).fill(10 * MS)]);
  turn(60_000);
  await (await of('2.0.0', 'b', 20)).report([Array(50).fill(60 * MS)]);
  const ask = async () => {
    const [stats] = (await query.functions({ windowSeconds: 3_600 })).functions;
    const [newest] = await query.deployments();
    return [
      [stats!.version, newest!.version, (await query.services())[0]!.version, (await query.catalog())[0]!.version],
      [stats!.line, stats!.regression?.previousVersion],
    ];
  };
  const running = (version: string) => Array(4).fill(version);
  assert.deepEqual(await ask(), [running('2.0.0'), [20, '1.0.0']]);
  turn(60_000);
  // A process of the old version that only connects again is no rollback.
  await of('1.0.0', 'a', 10);
  assert.deepEqual(await ask(), [running('2.0.0'), [20, '1.0.0']]);
  // Not even a clock that went back hides one.
  turn(-3_600_000);
  await of('1.0.0', 'c', 10);
  turn(3_600_000);
  assert.deepEqual(await ask(), [running('1.0.0'), [10, undefined]]);
  turn(60_000);
  await (await of('2.0.0', 'd', 20)).report([Array(50).fill(60 * MS)]);
  assert.deepEqual(await ask(), [running('2.0.0'), [20, '1.0.0']]);
});

test('a deployment that ended soon after its start hides no regression', async (t) => {
  const { query, instance, turn } = fixture(t);
  await (await instance({ version: '1.0.0' })).report([Array(50).fill(10 * MS)]);
  for (const [version, calls] of [
    ['2.0.0', 29],
    ['2.0.1', 0],
  ] as const) {
    turn(60_000);
    await (await instance({ version })).report([Array(calls).fill(10 * MS)]);
  }
  turn(60_000);
  await (await instance({ version: '3.0.0' })).report([Array(50).fill(60 * MS)]);
  const [stats] = (await query.functions({ windowSeconds: 60 })).functions;
  assert.deepEqual([stats?.regression?.previousVersion, stats?.regression?.version], ['1.0.0', '3.0.0']);
});

test('a clock that was a day ahead for a while makes nothing wrong after it', async (t) => {
  const { query, instance, turn } = fixture(t);
  const before = await instance({ version: '1.0.0' });
  await before.report([Array(50).fill(10 * MS)]);
  turn(60_000);
  const after = await instance({ version: '2.0.0', instance: 'lives' });
  await instance({ version: '2.0.0', instance: 'ends' });
  turn(86_400_000);
  await before.report([[MS]]);
  await after.report([[MS]]);
  await (await instance({ version: '2.0.0', instance: 'ends' })).report([[MS]]);
  turn(-86_400_000);
  const service = async () => {
    const [{ lastSeenUnixMs, reportingInstances }] = (await query.services()) as [ServiceSummary];
    const [deployment] = await query.deployments();
    return [lastSeenUnixMs - NOW_MS, deployment!.lastSeenUnixMs - NOW_MS, reportingInstances];
  };
  // Nobody has been heard of by the clock that is right again.
  assert.deepEqual(await service(), [60_000, 60_000, 0]);
  await after.report([Array(50).fill(60 * MS)]);
  assert.deepEqual(await service(), [60_000, 60_000, 1]);
  const [stats] = (await query.functions({ windowSeconds: 3_600 })).functions;
  assert.deepEqual([stats?.calls, stats?.regression?.previousVersion], [100, '1.0.0']);
  turn(3_600_000);
  assert.deepEqual((await query.services())[0]?.reportingInstances, 0);
});

test('deployments of one environment are not compared with those of another', async (t) => {
  const { query, instance } = fixture(t);
  await (await instance({ version: '1.0.0', environment: 'staging' })).report([Array(50).fill(MS)]);
  await (await instance({ version: '2.0.0' })).report([Array(50).fill(90 * MS)]);
  assert.deepEqual(
    (await query.functions({ windowSeconds: 60 })).functions.map((f) => f.regression),
    [null, null],
  );
});
