// Whatever way a number takes (journal, fold, rows of minutes, hours and days, sums that are kept), the same windows
// give the same answer as adding them up by hand.

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { bucketIndex, type FunctionTotals, mergeTotals } from '@prodlens/protocol';
import type { InstanceWindow, MinuteRange, Store } from '../store/store.js';
import { FACTS, fakeFunction, fakeHello, PROCESS } from './fake-sensor.js';
import { randomNumbers } from './random-numbers.js';
import type { StoreEngine } from './store-conformance.js';
import { temporaryFolder } from './test-collector.js';

const START = 29_000_000;
const FILES = 5;
const FUNCTIONS = 20;

/** A store with a deployment and its functions, and windows with numbers of which a list is kept. */
async function fixture(t: TestContext, engine: StoreEngine, seed = 7) {
  const { uniform } = randomNumbers(seed);
  const random = (below: number) => Math.floor(uniform() * below);
  const folder = temporaryFolder(t);
  const store = await engine.open(t, folder);
  const { deploymentId } = await store.openInstance(fakeHello(), START * 60_000);
  const named = Array.from({ length: FUNCTIONS }, (_, i) => fakeFunction(i, { file: `src/${i % FILES}.ts` }));
  const ids = await store.defineFunctions(deploymentId, named);
  const fileIds = [...new Set(ids.map(({ fileId }) => fileId))];
  const windows: InstanceWindow[] = [];

  function window(minute: number): InstanceWindow {
    const rows = ids.flatMap((id) => {
      if (random(3) === 0) return [];
      const maxNs = 1 + random(1e9);
      const buckets = [bucketIndex(maxNs) - 1 - random(3), 1 + random(5), bucketIndex(maxNs), 1];
      const totals = {
        calls: 1 + random(9),
        errors: random(2),
        sumNs: 2 * maxNs,
        maxNs,
        selfNs: maxNs,
        cpuNs: 3,
        buckets,
      };
      return [{ ...id, totals }];
    });
    const [caller, callee] = [ids[random(FUNCTIONS)]!, ids[random(FUNCTIONS)]!];
    const made: InstanceWindow = {
      ...{ instance: 'instance-1', deploymentId, sequence: windows.length + 1, facts: FACTS, process: PROCESS, rows },
      ...{ startUnixMs: minute * 60_000 - 5_000, endUnixMs: minute * 60_000 + 5_000, receivedUnixMs: minute * 60_000 },
      edges: [{ callerId: caller.functionId, calleeId: callee.functionId, calls: 2, sumNs: 10 }],
    };
    windows.push(made);
    return made;
  }
  return { folder, store, deploymentId, fileIds, windows, window, random };
}

/** Added up by hand. */
function expected(windows: InstanceWindow[], { fromMinute, toMinute }: MinuteRange, fileIds?: number[]) {
  const sums = new Map<number, FunctionTotals>();
  for (const { endUnixMs, rows } of windows) {
    const minute = Math.floor(endUnixMs / 60_000);
    if (minute < fromMinute || minute > toMinute) continue;
    for (const { functionId, fileId, totals } of rows) {
      if (fileIds?.includes(fileId) === false) continue;
      const before = sums.get(functionId);
      sums.set(functionId, before ? mergeTotals(before, totals) : totals);
    }
  }
  return new Map([...sums].sort(([a], [b]) => a - b));
}

async function answered(store: Store, range: MinuteRange, deploymentId: number, fileIds?: number[]) {
  const totals = await store.totals(range, [deploymentId], fileIds);
  return new Map(totals.map((t) => [t.functionId, t.totals] as const).sort(([a], [b]) => a - b));
}

const scalarsOf = (sums: Map<number, FunctionTotals>) =>
  new Map([...sums].map(([id, { buckets: _, ...scalars }]) => [id, scalars]));

const callsIn = (windows: InstanceWindow[], { fromMinute, toMinute }: MinuteRange) =>
  windows
    .filter(({ endUnixMs }) => endUnixMs >= fromMinute * 60_000 && endUnixMs < (toMinute + 1) * 60_000)
    .reduce((sum, { edges }) => sum + edges.reduce((n, { calls }) => n + calls, 0), 0);

/** The windows that are asked about up to a minute: an hour to the minute, longer ones from an hour on. */
const rangesUpTo = (now: number): MinuteRange[] => [
  { fromMinute: now - 60, toMinute: now },
  ...[24, 7 * 24, 90 * 24].map((hours) => ({ fromMinute: 60 * (Math.floor(now / 60) - hours), toMinute: now })),
];

async function check(f: Awaited<ReturnType<typeof fixture>>, range: MinuteRange, store: Store = f.store) {
  const { deploymentId, fileIds, windows } = f;
  const what = JSON.stringify(range);
  const all = expected(windows, range);
  assert.deepEqual(await answered(store, range, deploymentId), all, what);
  const some = fileIds.slice(1, 3);
  assert.deepEqual(await answered(store, range, deploymentId, some), expected(windows, range, some), what);
  const [scalars] = await store.scalars(range, [deploymentId]);
  assert.deepEqual(new Map([...scalars!.functions].sort(([a], [b]) => a - b)), scalarsOf(all), what);
  const functionIds = windows.flatMap(({ edges }) => edges.map(({ callerId }) => callerId));
  const { calls } = await store.calls(range, [deploymentId], functionIds);
  assert.equal(
    calls.reduce((sum, c) => sum + c.calls, 0),
    callsIn(windows, range),
    what,
  );
}

export function numbersConformance(engine: StoreEngine): void {
  test('an hour, a day, a week and ninety days, asked again and again while windows come, some of them late', async (t) => {
    const f = await fixture(t, engine);
    let now = START;
    for (let step = 0; step < engine.steps; step++) {
      now += step % 40 === 39 ? 900 + f.random(3_000) : f.random(4);
      await f.store.commit([f.window(now), f.window(now - f.random(70))]);
      if (f.random(3) === 0) await f.store.flush();
      for (const range of rangesUpTo(now)) await check(f, range);
    }
    await f.store.flush();
    for (const range of rangesUpTo(now)) await check(f, range);
    // A range that ended before now, and one that is not whole hours.
    await check(f, { fromMinute: 60 * Math.floor((now - 600) / 60), toMinute: now - 130 });
    await check(f, { fromMinute: now - 100, toMinute: now - 20 });
  });

  test('questions count everything once while it moves from memory to the tables', async (t) => {
    const f = await fixture(t, engine);
    const range = { fromMinute: START - 60, toMinute: START };
    for (let minute = START - 20; minute <= START; minute++) await f.store.commit([f.window(minute)]);
    let isFlushed = false;
    const flushed = f.store.flush().then(() => {
      isFlushed = true;
    });
    let asked = 0;
    while (!isFlushed) {
      await check(f, range);
      if (++asked === engine.questions) await f.store.commit([f.window(START)]);
      await new Promise(setImmediate);
    }
    await flushed;
    assert.ok(asked >= engine.questions, `${asked} questions`);
    await check(f, range);
  });

  test('a store that ends at any moment of a flush has everything once when it is opened again', async (t) => {
    const f = await fixture(t, engine);
    const range = { fromMinute: START - 60, toMinute: START };
    for (let minute = START - 20; minute <= START; minute++) await f.store.commit([f.window(minute)]);
    let isFlushed = false;
    const flushed = f.store.flush().then(() => {
      isFlushed = true;
    });
    const copies: string[] = [];
    while (!isFlushed) {
      // What a kill leaves behind: the files as they are in this moment.
      const copy = join(temporaryFolder(t), 'copy');
      cpSync(f.folder, copy, { recursive: true });
      copies.push(copy);
      await new Promise(setImmediate);
    }
    await flushed;
    assert.ok(copies.length >= 3, `${copies.length} moments`);
    for (const copy of copies.filter((_, i) => i % Math.ceil(copies.length / engine.moments) === 0)) {
      const store = await engine.reopen(t, copy, f.store);
      await check(f, range, store);
      assert.equal((await store.openInstance(fakeHello(), START * 60_000)).lastSequence, f.windows.length);
      await store.close();
      const again = await engine.reopen(t, copy, store);
      await check(f, range, again);
      await again.close();
    }
  });

  test('reporting covers the same time by the hour as by the minute', async (t) => {
    const f = await fixture(t, engine);
    const hour = 60 * Math.floor(START / 60);
    for (const minute of [0, 1, 2, 30, 59, 60, 119, 200]) await f.store.commit([f.window(hour + minute)]);
    const covered = async (fromMinute: number, toMinute: number) =>
      (await f.store.reporting({ fromMinute: hour + fromMinute, toMinute: hour + toMinute }, [f.deploymentId])).reduce(
        (sum, span) => sum + span.toUnixMs - span.fromUnixMs,
        0,
      );
    assert.equal(await covered(0, 200), 8 * 10_000);
    assert.equal(await covered(0, 59), 5 * 10_000);
    assert.equal(await covered(1, 59), 4 * 10_000);
  });
}
