import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FunctionTotals, MAXIMUM_BUCKET_INDEX, MINIMUM_BUCKET_INDEX, mergeTotals } from '@prodlens/protocol';
import { randomNumbers } from '../testing/random-numbers.js';
import { createSumsTable, passing, type SumsOfFile } from './sums-table.js';

const FUNCTIONS = 300;
const ROUNDS = 40;

/** Now and then with a bucket far away, so that histograms grow at both ends and in the middle. */
function someTotals(random: () => number): FunctionTotals {
  const indices = new Set<number>();
  const first = 100 + Math.floor(random() * 30);
  for (let i = Math.floor(random() * 12); i > 0; i--) indices.add(first + Math.floor(random() * 20));
  if (random() < 0.1) indices.add(random() < 0.5 ? MINIMUM_BUCKET_INDEX : MAXIMUM_BUCKET_INDEX);
  const buckets = [...indices].sort((a, b) => a - b).flatMap((index) => [index, 1 + Math.floor(random() * 1e12)]);
  const whole = (most: number) => Math.floor(random() * most);
  return {
    calls: whole(1e6),
    errors: whole(3),
    sumNs: whole(1e15),
    maxNs: whole(1e9),
    selfNs: whole(1e14),
    cpuNs: 7,
    buckets,
  };
}

const byId = (file: Iterable<[number, FunctionTotals]>) => [...file].sort(([a], [b]) => a - b);

test('what is added up in a table is what is added up one by one', () => {
  const random = randomNumbers(7).uniform;
  const table = createSumsTable();
  const files = [table.file(), table.file()];
  const expected = [new Map<number, FunctionTotals>(), new Map<number, FunctionTotals>()];
  for (let i = 0; i < ROUNDS * FUNCTIONS; i++) {
    const at = i % 2;
    const id = Math.floor(random() * FUNCTIONS);
    const totals = someTotals(random);
    const before = expected[at]!.get(id);
    assert.equal(files[at]!.add(id, passing(totals)), before === undefined);
    expected[at]!.set(id, before === undefined ? totals : mergeTotals(before, totals));
  }
  for (const at of [0, 1]) {
    assert.equal(files[at]!.size, expected[at]!.size);
    assert.deepEqual(byId(files[at]!), byId(expected[at]!));
  }
});

test('a minute of 50,000 functions takes less than 300 bytes for each, and the next one takes the same again', () => {
  const random = randomNumbers(7).uniform;
  const totals = Array.from({ length: 100 }, () => passing(someTotals(random)));
  const minute = (): { bytes: number; file: SumsOfFile; clear: () => void } => {
    const table = createSumsTable();
    const file = table.file();
    for (let i = 0; i < 500_000; i++) file.add(i % 50_000, totals[(i * 7) % 100]!);
    return { bytes: table.bytes(), file, clear: table.clear };
  };
  const first = minute();
  assert.ok(first.bytes < 300 * 50_000, String(first.bytes));
  first.clear();
  assert.deepEqual([...first.file], [], 'a table that was cleared shows nothing of the next');
  const buffers = () => process.memoryUsage().arrayBuffers;
  const before = buffers();
  const second = minute();
  assert.equal(second.bytes, first.bytes);
  assert.ok(buffers() - before < first.bytes / 10, `${buffers() - before} bytes more`);
  second.clear();
});
