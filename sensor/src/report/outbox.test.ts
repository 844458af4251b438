import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionWindow } from '@prodlens/protocol';
import { Outbox, type Window } from './outbox.js';

const row = (id: number, calls: number): FunctionWindow => ({
  id,
  calls,
  errors: 1,
  sumNs: calls * 10,
  maxNs: calls,
  buckets: [calls, 1],
  selfNs: calls,
  cpuNs: 0,
});
const PROCESS = {
  cpuMs: 4,
  rssBytes: 100,
  heapUsedBytes: 50,
  eventLoopUtilization: 0.5,
  eventLoopDelayP50Ns: 1,
  eventLoopDelayP99Ns: 2,
  eventLoopDelayMaxNs: 3,
  gcCount: 1,
  gcMs: 2,
};
const window = (startMs: number, ...rows: FunctionWindow[]): Window => ({
  startMs,
  endMs: startMs + 10,
  rows,
  edges: [],
  endpoints: [],
  endpointFunctions: [],
  process: PROCESS,
});

test('windows that wait merge into one: sums add, nothing is lost', () => {
  const outbox = new Outbox();
  outbox.add(window(0, row(1, 5), row(2, 1)));
  outbox.add(window(10, row(1, 7)));
  const sent = outbox.next(true)!;
  assert.deepEqual([sent.sequence, sent.startMs, sent.endMs], [1, 0, 20]);
  assert.deepEqual(sent.rows, [
    { id: 1, calls: 12, errors: 2, sumNs: 120, maxNs: 7, buckets: [5, 1, 7, 1], selfNs: 12, cpuNs: 0 },
    row(2, 1),
  ]);
  assert.equal(outbox.merged, 1);
});

test('a window that was sent stays as it was until it is acknowledged', () => {
  const outbox = new Outbox();
  outbox.add(window(0, row(1, 5)));
  const first = outbox.next(true)!;
  outbox.add(window(10, row(1, 7)));
  assert.equal(outbox.next(false), null);
  assert.equal(outbox.next(true), first);
  outbox.acknowledged(1);
  const second = outbox.next(false)!;
  assert.deepEqual([second.sequence, second.rows[0]!.calls], [2, 7]);
  outbox.acknowledged(1);
  assert.ok(!outbox.isEmpty);
  outbox.acknowledged(2);
  assert.ok(outbox.isEmpty);
});

test('many rows go out in several windows, each a frame that the collector takes', () => {
  const outbox = new Outbox();
  outbox.add(window(0, ...Array.from({ length: 12_000 }, (_, id) => row(id, 1))));
  const sizes = [];
  for (let sent = outbox.next(true); sent; sent = outbox.next(false)) {
    sizes.push(sent.rows.length);
    outbox.acknowledged(sent.sequence);
  }
  assert.deepEqual(sizes, [5_000, 5_000, 2_000]);
  assert.ok(outbox.isEmpty);
});

test('a window that the collector refuses three times is given up and counted, and the next one goes', () => {
  const outbox = new Outbox();
  outbox.add(window(0, row(1, 5)));
  outbox.next(true);
  outbox.add(window(10, row(1, 7)));
  const first = outbox.next(true);
  for (let i = 0; i < 2; i++) {
    outbox.refused();
    assert.equal(outbox.next(true), first);
  }
  outbox.refused();
  assert.equal(outbox.dropped, 1);
  assert.equal(outbox.next(false)!.rows[0]!.calls, 7);
});

test('edges that wait merge, those that find no room are dropped and counted, the dearest last', () => {
  const outbox = new Outbox();
  const edge = (caller: number, sumNs: number) => ({ caller, callee: 1, calls: 2, sumNs });
  outbox.add({ ...window(0, row(1, 1)), edges: [edge(2, 5), edge(3, 7)] });
  outbox.add({ ...window(10), edges: [edge(3, 1)] });
  assert.deepEqual(outbox.next(true)!.edges, [edge(2, 5), { caller: 3, callee: 1, calls: 4, sumNs: 8 }]);
  outbox.acknowledged(1);
  const many = Array.from({ length: 30_000 }, (_, i) => edge(i + 10, i));
  outbox.add({ ...window(20), edges: many });
  outbox.add({ ...window(30), edges: many.map((one) => ({ ...one, callee: 2 })) });
  assert.equal(outbox.droppedEdges, 20_000);
  const sent = [outbox.next(false)!];
  outbox.acknowledged(2);
  sent.push(outbox.next(false)!);
  assert.equal(sent[0]!.edges.length + sent[1]!.edges.length, 40_000);
  assert.ok(sent.every(({ edges }) => edges.every(({ sumNs }) => sumNs >= 10_000)));
});

test('windows of the process: what adds up adds up, and is not told twice when a window is split', () => {
  const outbox = new Outbox();
  outbox.add(window(0, ...Array.from({ length: 6_000 }, (_, id) => row(id, 1))));
  outbox.add({ ...window(10), process: { ...PROCESS, eventLoopUtilization: 1, eventLoopDelayMaxNs: 9, rssBytes: 7 } });
  const first = outbox.next(true)!;
  const { cpuMs, gcCount, gcMs, eventLoopUtilization, eventLoopDelayMaxNs, rssBytes } = first.process;
  assert.deepEqual([cpuMs, gcCount, gcMs, eventLoopUtilization, eventLoopDelayMaxNs, rssBytes], [8, 2, 4, 0.75, 9, 7]);
  outbox.acknowledged(1);
  const second = outbox.next(false)!;
  assert.deepEqual([second.process.cpuMs, second.process.gcCount, second.process.rssBytes], [0, 0, 7]);
});
