import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../../testing/test-collector.js';
import { openJournal, readSegment, segmentsOf } from './journal.js';

const record = (...bytes: number[]) => Uint8Array.from(bytes);
const read = (folder: string, segment: number) => [...readSegment(folder, segment)].map((bytes) => [...bytes]);
const file = (folder: string, segment: number) => join(folder, `${String(segment).padStart(10, '0')}.journal`);

test('what was appended is read in its order, segment by segment, until a segment is dropped', async (t) => {
  const folder = temporaryFolder(t);
  const journal = openJournal(folder, 6);
  await journal.append([record(1, 2), record(3)]);
  await journal.append([record(4)]);
  assert.equal(journal.rotate(), 7);
  await journal.append([record(5)]);
  journal.close();
  assert.deepEqual(segmentsOf(folder), [7, 8]);
  assert.deepEqual([read(folder, 7), read(folder, 8)], [[[1, 2], [3], [4]], [[5]]]);

  const again = openJournal(folder, 0);
  const bytes = again.bytes();
  again.drop(7);
  assert.ok(again.bytes() < bytes);
  again.close();
  assert.deepEqual(segmentsOf(folder), [8], 'an empty segment goes when it is closed');
});

test('a segment ends where a record is cut short or is not what was written', async (t) => {
  const folder = temporaryFolder(t);
  const journal = openJournal(folder, 0);
  await journal.append([record(1, 1, 1), record(2, 2, 2)]);
  journal.close();
  const whole = readFileSync(file(folder, 1));
  for (let length = 0; length < whole.length; length++) {
    truncateSync(file(folder, 1), length);
    assert.deepEqual(read(folder, 1), length < 11 ? [] : [[1, 1, 1]], `${length} bytes`);
    writeFileSync(file(folder, 1), whole);
  }
  for (let at = 0; at < whole.length; at++) {
    const changed = Buffer.from(whole);
    changed[at] = changed[at]! ^ 0x55;
    writeFileSync(file(folder, 1), changed);
    assert.deepEqual(read(folder, 1), at < 11 ? [] : [[1, 1, 1]], `byte ${at}`);
  }
  writeFileSync(file(folder, 1), whole);
  appendFileSync(file(folder, 1), Buffer.alloc(100, 0xff));
  assert.deepEqual(read(folder, 1), [
    [1, 1, 1],
    [2, 2, 2],
  ]);
});
