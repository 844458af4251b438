// What every engine of the store must do, as tests that each of them runs. The engine says how it is opened, and how much
// later than its retention a number may go.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HOURS_RETENTION_HOURS, MINUTES_RETENTION_MINUTES, NAMES_RETENTION_MS } from '../store/retention.js';
import type { JournalStore } from '../store/sqlite/sqlite-store.js';
import type { InstanceWindow, Store } from '../store/store.js';
import { FACTS, fakeFunction, fakeHello, fakeRow, PROCESS } from './fake-sensor.js';
import { temporaryFolder } from './test-collector.js';

export interface StoreEngine {
  /** Closed when the test ends. Numbers of different tests stay apart. */
  open(t: TestContext, folder: string): Promise<JournalStore>;
  /** The same store again, on a folder or on a copy of it; `before` may still be open, as after a kill. */
  reopen(t: TestContext, folder: string, before: JournalStore): Promise<JournalStore>;
  /** How much later than their retention rows of minutes, and of hours and days, may go. */
  sweptLateMinutes: { minutes: number; hours: number };
  /** Steps of the longest test of numbers. */
  steps: number;
  /** Moments of a flush at which the store is killed. */
  moments: number;
  /** Questions that are answered during a flush, at least. */
  questions: number;
}

export const MINUTE = 29_000_000;
export const NOW_MS = MINUTE * 60_000 + 30_000;

/** A store with a deployment and one function, and windows of it. */
export async function openedStore(t: TestContext, engine: StoreEngine) {
  const folder = temporaryFolder(t);
  const store = await engine.open(t, folder);
  const { deploymentId } = await store.openInstance(fakeHello(), NOW_MS);
  const [ids] = await store.defineFunctions(deploymentId, [fakeFunction(1)]);
  const window = (sequence: number, fields: Partial<InstanceWindow> = {}): InstanceWindow => {
    const { id: _, ...totals } = fakeRow(1, [1_000, 2_000], 1);
    return {
      instance: 'instance-1',
      deploymentId,
      sequence,
      startUnixMs: NOW_MS - 10_000,
      endUnixMs: NOW_MS,
      receivedUnixMs: NOW_MS,
      rows: [{ ...ids!, totals }],
      edges: [],
      facts: FACTS,
      process: PROCESS,
      ...fields,
    };
  };
  return { folder, store, deploymentId, ids: ids!, window };
}

/** Calls of all functions of a deployment, both minutes included. */
export const callsOf = async (store: Store, deploymentId: number, fromMinute = MINUTE, toMinute = MINUTE) =>
  (await store.totals({ fromMinute, toMinute }, [deploymentId])).reduce((sum, { totals }) => sum + totals.calls, 0);

/** Registers the tests for one engine. */
export function storeConformance(engine: StoreEngine): void {
  test('windows of a minute add up, in one commit and over several, and also after a reopening', async (t) => {
    const { folder, store, deploymentId, window } = await openedStore(t, engine);
    await store.commit([window(1), window(2)]);
    await store.commit([window(3)]);
    const again = await engine.reopen(t, folder, store);
    await again.commit([window(4)]);
    const [row] = await again.totals({ fromMinute: MINUTE, toMinute: MINUTE }, [deploymentId]);
    assert.deepEqual(row?.totals, {
      calls: 8,
      errors: 4,
      sumNs: 12_000,
      maxNs: 2_000,
      buckets: fakeRow(1, Array(4).fill([1_000, 2_000]).flat()).buckets,
      selfNs: 0,
      cpuNs: 0,
    });
  });

  test('a sequence that is committed adds nothing, in the same commit or a later one', async (t) => {
    const { store, deploymentId, window } = await openedStore(t, engine);
    await store.commit([window(2), window(2), window(1)]);
    await store.commit([window(2)]);
    assert.equal(await callsOf(store, deploymentId), 2);
    assert.equal((await store.openInstance(fakeHello(), NOW_MS)).lastSequence, 2);
  });

  test('a commit that fails leaves no part of itself, on disk or in memory', async (t) => {
    const { store, deploymentId, ids, window } = await openedStore(t, engine);
    const { functionId } = ids;
    const edges = [{ callerId: functionId, calleeId: functionId, calls: 1, sumNs: 1 }];
    const counted = async () => {
      const range = { fromMinute: MINUTE, toMinute: MINUTE };
      const [edge] = (await store.calls(range, [deploymentId], [functionId])).calls;
      const [minute] = await store.instanceMinutes('instance-1', range);
      return [await callsOf(store, deploymentId), edge?.calls, minute?.gcCount];
    };
    await store.commit([window(1, { edges })]);
    await assert.rejects(store.commit([window(2, { edges }), window(3, { facts: 1n as never })]));
    assert.deepEqual(await counted(), [2, 1, PROCESS.gcCount]);
    await store.commit([window(2, { edges })]);
    assert.deepEqual(await counted(), [4, 2, 2 * PROCESS.gcCount]);
  });

  test('a window counts for the minute of its end, and totals cover both ends of the range', async (t) => {
    const { store, deploymentId, window } = await openedStore(t, engine);
    const at = (minute: number) => ({ endUnixMs: minute * 60_000, startUnixMs: minute * 60_000 - 10_000 });
    await store.commit([-2, -1, 0].map((ago, i) => window(i + 1, at(MINUTE + ago))));
    assert.equal(await callsOf(store, deploymentId, MINUTE - 1, MINUTE), 4);
    assert.equal(await callsOf(store, deploymentId, MINUTE - 2, MINUTE - 2), 2);
    assert.equal(await callsOf(store, deploymentId, MINUTE + 1, MINUTE + 5), 0);
  });

  test('the position of a function is that of the latest deployment that has it', async (t) => {
    const { store, deploymentId, ids } = await openedStore(t, engine);
    const second = await store.openInstance(fakeHello({ version: '2.0.0' }), NOW_MS);
    await store.defineFunctions(second.deploymentId, [fakeFunction(5, { name: 'f1', line: 99 })]);
    const third = await store.openInstance(fakeHello({ version: '3.0.0' }), NOW_MS);
    const all = [deploymentId, second.deploymentId, third.deploymentId];
    const [known, ...more] = await store.knownFunctions(all, { fileIds: [ids.fileId] });
    assert.deepEqual([known?.line, known?.deploymentId, more.length], [99, second.deploymentId, 0]);
    const [before] = await store.knownFunctions([deploymentId], { functionIds: [ids.functionId] });
    assert.equal(before?.line, 10);
  });

  test('minutes go after their retention, hours and names after theirs, and what is younger stays', async (t) => {
    const { store, deploymentId, window } = await openedStore(t, engine);
    await store.commit([window(1)]);
    await store.flush();
    // The minute by itself; and from the start of its day on, which is read from rows of hours and days.
    const found = async () => [
      await callsOf(store, deploymentId),
      await callsOf(store, deploymentId, 1_440 * Math.floor(MINUTE / 1_440)),
      (await store.scalars({ fromMinute: 60 * Math.floor(MINUTE / 60), toMinute: MINUTE }, [deploymentId]))[0]!
        .functions.size,
      (await store.reporting({ fromMinute: 60 * Math.floor(MINUTE / 60), toMinute: MINUTE }, [deploymentId])).length,
    ];
    await store.sweep(NOW_MS + MINUTES_RETENTION_MINUTES * 60_000);
    assert.deepEqual(await found(), [2, 2, 1, 1]);
    await store.sweep(NOW_MS + (MINUTES_RETENTION_MINUTES + 1 + engine.sweptLateMinutes.minutes) * 60_000);
    assert.deepEqual(await found(), [0, 2, 1, 1]);
    await store.sweep(NOW_MS + (HOURS_RETENTION_HOURS - 24) * 3_600_000);
    assert.deepEqual(await found(), [0, 2, 1, 1]);
    await store.sweep(NOW_MS + (HOURS_RETENTION_HOURS + 24) * 3_600_000 + engine.sweptLateMinutes.hours * 60_000);
    assert.deepEqual(await found(), [0, 0, 0, 0]);
  });

  test('names go after their retention', async (t) => {
    const { store } = await openedStore(t, engine);
    await store.sweep(NOW_MS + NAMES_RETENTION_MS);
    assert.equal((await store.ownFiles()).length, 1);
    await store.sweep(NOW_MS + NAMES_RETENTION_MS + 1);
    assert.deepEqual([await store.ownFiles(), await store.deployments(), await store.serviceRoots()], [[], [], []]);
    assert.equal(await store.tokenOfService('orders'), null);
  });
}
