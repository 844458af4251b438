// The runtime under real instrumented code, in this process: what is counted, what is timed, what is left out.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runInThisContext } from 'node:vm';
import type { SparseBuckets } from '@prodlens/protocol';
import { bucketIndex, bucketsCount } from '@prodlens/protocol';
import { instrument } from '../instrument/instrument.js';
import { Samples } from '../report/samples.js';
import { allocateIds, CONTROL, callsOf, createCounters, defineFunction, FLAG } from './counters.js';
import { startRuntime } from './runtime.js';
import { createSampleRing, readRing } from './sample-ring.js';
import { HIGHEST_LEVEL, SLOW_MS } from './sampling-levels.js';

const counters = createCounters();
const ring = createSampleRing();
const runtime = startRuntime(counters, ring);
after(() => runtime.stop());
const { $plT: tick } = globalThis as unknown as { $plT: Int32Array };
before(async () => {
  while (tick[0] === 0) await new Promise((resolve) => setTimeout(resolve, 1));
});
const samples = new Samples((id) => (counters.flags[id]! & FLAG.suspends) !== 0);

/** Evaluates a function expression whose functions are measured; ids by name. */
// biome-ignore lint/suspicious/noExplicitAny: the programs are of any type
function measured(source: string): { run: (...values: any[]) => any; ids: Record<string, number> } {
  const result = instrument(`(${source})`, {
    path: 'test.js',
    format: 'commonjs',
    firstId: counters.control[CONTROL.nextId]!,
  });
  assert.ok(!('skipped' in result));
  const ids: Record<string, number> = {};
  allocateIds(counters, result.functions.length, 'own');
  for (const { id, name, timed, isAsync, suspends } of result.functions) {
    ids[name.split('.').at(-1)!] = id;
    defineFunction(counters, id, (suspends ? FLAG.suspends : 0) | (timed && !isAsync ? FLAG.sampled : 0));
  }
  return { run: runInThisContext(result.code), ids };
}

/** Ends a window: its durations and edges. */
function windowOf() {
  readRing(ring, (sample) => samples.take(sample));
  const folded = samples.fold(
    (id) => callsOf(counters, id),
    (id) => counters.withinNs[id]!,
  );
  runtime.startWindow();
  return folded;
}

function above(buckets: SparseBuckets, ns: number): number {
  return bucketsCount(buckets.filter((_, i) => buckets[i - (i % 2)]! > bucketIndex(ns)));
}

test('a hot function: every call counted, and every slow one among the fast is seen, wherever it falls', () => {
  const { run, ids } = measured('function f() { const g = function g(work) { work(); }; return g; }');
  const g = run();
  // While the machine holds the ticker up, time does not count: only what comes behind its next tick is sure to.
  const isSlow = () => {
    const first = Atomics.load(tick, 0);
    while (Atomics.load(tick, 0) === first);
    const end = performance.now() + 4 * SLOW_MS;
    while (performance.now() < end);
  };
  const isFast = () => {};
  const SLOW_CALLS = 7;
  const CALLS = 60_000;
  for (let i = 0; i < CALLS; i++) g(i % Math.floor(CALLS / SLOW_CALLS) === 4_321 ? isSlow : isFast);
  const { durations } = windowOf();
  assert.equal(callsOf(counters, ids.g!), CALLS);
  const { buckets } = durations.get(ids.g!)!;
  assert.equal(bucketsCount(buckets), CALLS);
  // Where the machine was taken away for a while, a fast call is slow indeed.
  assert.ok(above(buckets, 3 * SLOW_MS * 1e6) >= SLOW_CALLS, `${above(buckets, 3 * SLOW_MS * 1e6)} slow calls seen`);
});

test('a function that takes its time is timed on each call, however often it is called', () => {
  const { run, ids } = measured(
    'function f() { const end = performance.now() + 0.03; while (performance.now() < end); }',
  );
  let taken = 0;
  for (let i = 0; i < 500; i++) run();
  readRing(ring, ({ id, weight }) => {
    if (id !== ids.f) return;
    taken++;
    assert.equal(weight, 1);
  });
  // The second call of all goes by the tick.
  assert.equal(taken, 499);
  runtime.startWindow();
});

test('who called whom, and what is left to the caller', async () => {
  const { run, ids } = measured(`function outer() {
    function work(n) { let sum = 0; for (let i = 0; i < n; i++) sum += i; return sum; }
    function thrower() { work(10); throw new Error('x'); }
    async function child(n) { await null; work(n); await null; return work(n); }
    async function parent() { try { thrower(); } catch {} const all = await Promise.all([child(10), child(20)]); work(5); return all; }
    return parent();
  }`);
  await run();
  const { edges } = windowOf();
  const named = Object.fromEntries(Object.entries(ids).map(([name, id]) => [id, name]));
  assert.deepEqual(edges.map(({ caller, callee, calls }) => `${named[caller]} -> ${named[callee]} ${calls}`).sort(), [
    'child -> work 4',
    'outer -> parent 1',
    'parent -> child 2',
    'parent -> thrower 1',
    'parent -> work 1',
    'thrower -> work 1',
  ]);
  assert.deepEqual([counters.errors[ids.thrower!], counters.errors[ids.parent!]], [1, 0]);
});

test('a function that starts others which wait keeps the time of its own, and no more', async () => {
  const { run, ids } = measured(`function start(ms) {
    const work = (ms) => { const end = performance.now() + ms; while (performance.now() < end); };
    async function child(ms) { work(ms); await null; work(1); }
    work(ms);
    return child(5 * ms);
  }`);
  await run(4);
  const { durations } = windowOf();
  const { sumNs, selfNs } = durations.get(ids.start!)!;
  assert.ok(counters.withinNs[ids.start!]! >= 20e6, `${counters.withinNs[ids.start!]} ns within`);
  assert.ok(sumNs >= 24e6 && selfNs <= sumNs - 24e6, `${selfNs} ns of ${sumNs} ns its own`);
});

test('a burst of asynchronous calls over the room for them: none is dropped, and their number and sum are kept', async () => {
  const { run, ids } = measured('async function f() { await null; }');
  const CALLS = 100_000;
  await Promise.all(Array.from({ length: CALLS }, () => run()));
  assert.equal(counters.control[CONTROL.droppedSamples], 0);
  const { buckets, sumNs, maxNs } = windowOf().durations.get(ids.f!)!;
  const count = bucketsCount(buckets);
  assert.ok(Math.abs(count - CALLS) < CALLS / 10, `${count} calls`);
  assert.ok(sumNs > 0 && sumNs <= maxNs * count);
});

test('so it is where they follow each other while nobody reads', async () => {
  const { run, ids } = measured('async function f() { for (let i = 0; i < 3; i++); }');
  const CALLS = 200_000;
  for (let i = 0; i < CALLS; i++) run();
  assert.equal(counters.control[CONTROL.droppedSamples], 0);
  const count = bucketsCount(windowOf().durations.get(ids.f!)!.buckets);
  assert.ok(Math.abs(count - CALLS) < CALLS / 10, `${count} calls`);
});

test('measuring that is switched off times nothing, and goes on with the next window', async () => {
  const { run, ids } = measured('async function f(n) { for (let i = 0; i < n; i++); await null; }');
  await run(1);
  assert.ok(windowOf().durations.has(ids.f!));
  counters.control[CONTROL.measuring] = 0;
  for (let i = 0; i < 10; i++) await run(10);
  assert.equal(windowOf().durations.size, 0);
  counters.control[CONTROL.measuring] = 1;
  runtime.startWindow();
  await run(1);
  assert.ok(windowOf().durations.has(ids.f!));
});

test('what is given up: fewer samples of hot functions, no call uncounted', () => {
  const { run, ids } = measured('function f(n) { for (let i = 0; i < n; i++); }');
  const count = () => {
    const before = callsOf(counters, ids.f!);
    for (let i = 0; i < 20_000; i++) run(1);
    let taken = 0;
    readRing(ring, ({ id }) => {
      if (id === ids.f) taken++;
    });
    runtime.startWindow();
    assert.equal(callsOf(counters, ids.f!) - before, 20_000);
    return taken;
  };
  const dense = count();
  counters.control[CONTROL.shedLevel] = HIGHEST_LEVEL;
  const sparse = count();
  counters.control[CONTROL.shedLevel] = 0;
  assert.ok(sparse < dense / 4, `${dense} samples, then ${sparse}`);
});

test('what takes long is timed on each call: from 20 µs on of own functions, from 1 ms on of packages', () => {
  const source = 'function f(ms) { for (const end = performance.now() + ms; performance.now() < end; ); }';
  const taken = (flag: number, ms: number) => {
    const { run, ids } = measured(source);
    counters.flags[ids.f!]! |= flag;
    for (let i = 0; i < 300; i++) run(ms);
    let count = 0;
    readRing(ring, ({ id }) => {
      if (id === ids.f) count++;
    });
    return count;
  };
  // The second call of a function goes by the tick.
  assert.ok(taken(0, 0.05) >= 299);
  // The tick stands still while its thread waits for a processor: not every time, where the machine is busy.
  assert.ok([1, 2, 3, 4, 5].some(() => taken(FLAG.package, 1) >= 299));
  assert.ok(taken(FLAG.package, 0.05) < 280);
});

test('a call in which a new window begins stands for itself', () => {
  const { run, ids } = measured('function outer(begin) { for (let i = 0; i < 1; i++) begin(); }');
  const id = ids.outer!;
  for (let i = 0; i < 3; i++) run(() => runtime.startWindow());
  const weights: number[] = [];
  readRing(ring, (sample) => {
    if (sample.id === id) weights.push(sample.weight);
  });
  assert.ok(weights.length > 0 && weights.every((weight) => weight >= 1), weights.join());
});
