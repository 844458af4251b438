import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addEdge, decodeEdges, encodeEdges, noEdges } from './edge-blob.js';

const HUGE = Number.MAX_SAFE_INTEGER;

function minute(edges: Array<[caller: number, callee: number, calls: number, sumNs: number]>, limit = 100) {
  const found = noEdges();
  for (const [caller, callee, calls, sumNs] of edges) addEdge(found, caller, callee, { calls, sumNs }, limit);
  return found;
}

test('comes back as it was, ascending, with what was left out', () => {
  for (const edges of [
    minute([]),
    minute([
      [9, 2, 1, 0],
      [9, 1, 127, 128],
      [2, 9, 16_384, 2 ** 40],
      [HUGE, HUGE, HUGE, HUGE],
      [3, 3, 5, 6],
    ]),
    minute(
      [
        [1, 2, 3, 4],
        [5, 6, 7, 8],
      ],
      1,
    ),
  ]) {
    const again = decodeEdges(encodeEdges(edges));
    assert.deepEqual(again, edges);
    assert.deepEqual(
      [...again.callers.keys()],
      [...edges.callers.keys()].sort((a, b) => a - b),
    );
  }
});

test('the same pair adds up, also beyond the limit; a new pair beyond it is counted only', () => {
  const full = minute(
    [
      [1, 2, 3, 40],
      [2, 1, 1, 10],
      [3, 1, 5, 50],
      [1, 2, 4, 60],
      [1, 3, 6, 70],
    ],
    2,
  );
  assert.deepEqual(full.callers.get(1)?.get(2), { calls: 7, sumNs: 100 });
  assert.deepEqual([full.size, full.leftOutCalls, full.callers.has(3)], [2, 11, false]);
});

test('sums beyond 2^53 - 1 saturate', () => {
  const edges = minute([
    [1, 2, HUGE, 1e300],
    [1, 2, HUGE, 1],
  ]);
  assert.deepEqual(decodeEdges(encodeEdges(edges)).callers.get(1)?.get(2), { calls: HUGE, sumNs: HUGE });
});

test('a blob of another version, or cut short anywhere, is refused', () => {
  const blob = encodeEdges(minute([[1, 200, 300, 70_000]]));
  assert.throws(() => decodeEdges(Uint8Array.of(2, 0, 0)), /version 2/);
  for (let length = 0; length < blob.length; length++) assert.throws(() => decodeEdges(blob.subarray(0, length)));
});
