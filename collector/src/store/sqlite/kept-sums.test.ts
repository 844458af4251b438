import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addTotals, bucketIndex, type FunctionTotals } from '@prodlens/protocol';
import { type FileSums, ownTotals } from '../minute-fold.js';
import { encodeMinute, visitMinute } from '../packed/minute-blob.js';
import type { MinuteRange } from '../store.js';
import { createKeptSums, type ReadRows } from './kept-sums.js';

const START = 29_000_000;
const FILES = [1, 2, 3, 4];
const DEPLOYMENTS = [1, 2];
const FUNCTIONS_OF_FILE = 3;

/** Rows as the tables have them, and what is kept of them; every read lets others go first. */
function fixture(seed: number) {
  let state = seed;
  const random = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  const rows = new Map<
    string,
    { t: number; deployment: number; file: number; functions: Map<number, FunctionTotals> }
  >();
  const counts = { reads: 0 };

  const read: ReadRows = async ({ fromMinute, toMinute }, deployment, fileIds, visit) => {
    counts.reads++;
    for (const row of [...rows.values()]) {
      if (row.deployment !== deployment || row.t < fromMinute || row.t > toMinute) continue;
      if (fileIds?.includes(row.file) === false) continue;
      visit({ t: row.t, file: row.file, b: encodeMinute(row.functions) });
      if (random(4) === 0) await new Promise(setImmediate);
    }
  };
  const kept = createKeptSums({ readMinutes: read, readAll: read });

  /** Of some functions of a file. */
  function write(t: number): void {
    const deployment = DEPLOYMENTS[random(DEPLOYMENTS.length)]!;
    const file = FILES[random(FILES.length)]!;
    const functions = new Map<number, FunctionTotals>();
    for (let i = 0; i < FUNCTIONS_OF_FILE; i++) {
      if (random(3) === 0) continue;
      const maxNs = 1 + random(1e6);
      const buckets = [bucketIndex(maxNs) - 1 - random(3), 1 + random(5), bucketIndex(maxNs), 1];
      const sums = { calls: 1 + random(9), errors: random(2), sumNs: 2 * maxNs, maxNs, selfNs: 1, cpuNs: 3, buckets };
      functions.set(10 * file + i, sums);
    }
    const key = `${t}/${deployment}/${file}`;
    const row = rows.get(key) ?? { t, deployment, file, functions: new Map() };
    for (const [id, totals] of functions) {
      const before = row.functions.get(id);
      if (before === undefined) row.functions.set(id, ownTotals(totals));
      else addTotals(before, totals);
    }
    rows.set(key, row);
    kept.add({ t, deployment }, { file, functions });
  }

  /** Read anew. */
  async function plain(range: MinuteRange, deployment: number, fileIds?: number[]): Promise<FileSums> {
    const sums: FileSums = new Map();
    for (const row of rows.values()) {
      if (row.deployment !== deployment || row.t < range.fromMinute || row.t > range.toMinute) continue;
      if (fileIds?.includes(row.file) === false) continue;
      const functions = sums.get(row.file) ?? new Map<number, FunctionTotals>();
      sums.set(row.file, functions);
      visitMinute(encodeMinute(row.functions), (id, totals) => {
        const before = functions.get(id);
        if (before === undefined) functions.set(id, totals);
        else addTotals(before, totals);
      });
    }
    return sums;
  }
  return { kept, rows, random, write, plain, counts };
}

/** Without files that have nothing, and in one order. */
function ordered(sums: FileSums) {
  const files = [...sums].map(([file, functions]) => [file, [...functions].sort(([a], [b]) => a - b)] as const);
  return files.filter(([, functions]) => functions.length > 0).sort(([a], [b]) => a - b);
}

test('what is kept is what the rows say, for files and deployments, while minutes come, late ones too, and windows move on', async () => {
  const { kept, random, write, plain } = fixture(7);
  let now = START;
  let newest = 0;
  let answers = 0;
  const wrote = (t: number) => {
    write(t);
    newest = Math.max(newest, t);
  };
  for (let step = 0; step < 400; step++) {
    now += step % 50 === 49 ? 30 + random(200) : random(3);
    for (let i = random(6); i > 0; i--) wrote(now - 1 - random(2));
    if (random(3) === 0) wrote(now - random(80) - 2);
    // About the hour up to now and up to the minute before, and about a window of hours, all under way at once.
    const hours = { fromMinute: 60 * (Math.floor(now / 60) - 6), toMinute: now };
    const asked = (random(2) === 0 ? [now, now - 1] : [now - 1, now, now]).flatMap((to) =>
      [{ fromMinute: to - 60, toMinute: to }, hours].flatMap((range) =>
        DEPLOYMENTS.flatMap((deployment) =>
          // All of the deployment in some steps only: few files are answered from that where it is there.
          [[FILES[random(4)]!, FILES[random(4)]!], ...(step % 100 > 80 ? [undefined] : [])].map((fileIds) => ({
            ...{ range, deployment, fileIds },
          })),
        ),
      ),
    );
    const found = await Promise.all(asked.map((a) => kept.of(a.range, a.deployment, a.fileIds, newest)));
    for (const [i, { range, deployment, fileIds }] of asked.entries()) {
      const sums = found[i];
      if (!sums) continue;
      answers++;
      assert.deepEqual(ordered(sums), ordered(await plain(range, deployment, fileIds)), `step ${step}, question ${i}`);
    }
  }
  assert.ok(answers > 2_000, `${answers} answers`);
});

test('a window that has moved on by a minute reads that minute alone; one that nobody asks about is given up', async () => {
  const { kept, write, plain, counts, rows } = fixture(3);
  for (let t = START - 60; t < START; t++) write(t);
  const { deployment, file } = [...rows.values()].at(-1)!;
  const ask = async (to: number) => {
    const range = { fromMinute: to - 60, toMinute: to };
    const sums = await kept.of(range, deployment, [file], START - 1);
    assert.deepEqual(ordered(sums!), ordered(await plain(range, deployment, [file])));
  };
  await ask(START);
  assert.equal(counts.reads, 1);
  await ask(START);
  assert.equal(counts.reads, 1);
  await ask(START + 1);
  assert.equal(counts.reads, 2);
  // Answered from what has been kept for an hour where nothing was written, made anew behind it.
  await ask(START + 90);
  assert.equal(counts.reads, 3);
});

test('neither a range that has ended, nor an older one than what is kept, is answered from it', async () => {
  const { kept, write, rows } = fixture(5);
  for (let t = START - 60; t <= START; t++) write(t);
  const { deployment, file } = [...rows.values()].at(-1)!;
  const of = (to: number, newest: number) => kept.of({ fromMinute: to - 60, toMinute: to }, deployment, [file], newest);
  assert.equal(await of(START - 1, START), null);
  assert.notEqual(await of(START, START), null);
  assert.notEqual(await of(START + 1, START), null);
  assert.equal(await of(START, START), null);
});
