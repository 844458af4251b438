// How the journal writes, in a program of its own: in which order, as Node's trace of its file system says, and where the
// system lets no file grow further, which is what a full disk does in the middle of a record.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../../testing/test-collector.js';
import { readSegment } from './journal.js';

const OPEN = `
  const { openJournal } = await import(${JSON.stringify(new URL('./journal.js', import.meta.url).href)});
  const journal = openJournal(process.argv[1], 0);`;

/** Runs the steps on a new journal. `limited`: its segments hold 32 KiB, on some systems 64. */
function run(t: TestContext, steps: string, { options = [] as string[], limited = false } = {}) {
  const folder = join(temporaryFolder(t), 'journal');
  mkdirSync(folder);
  const args = [...options, '--input-type=module', '-e', `${OPEN}\n${steps}`, folder];
  const limit = limited ? 'ulimit -f 64 && ' : '';
  const { stdout, stderr, status } = spawnSync('sh', ['-c', `${limit}exec "$0" "$@"`, process.execPath, ...args], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
  return { said: stdout.trim(), records: [...readSegment(folder, 1)] };
}

test('an append is over when its bytes are written and then synced, one append behind the other', (t) => {
  const trace = join(temporaryFolder(t), 'trace.json');
  const { said } = run(
    t,
    `const over = [];
     for (let i = 0; i < 4; i++) {
       await journal.append([Buffer.alloc(10_000, i), Buffer.alloc(10, i)]);
       over.push(Number(process.hrtime.bigint() / 1_000n));
     }
     console.log(JSON.stringify(over));`,
    { options: ['--trace-event-categories', 'node.fs.async', '--trace-event-file-pattern', trace] },
  );
  interface Traced {
    name: string;
    /** Begin or end, in the time of hrtime, in microseconds. */
    ph: 'b' | 'e';
    ts: number;
  }
  const { traceEvents } = JSON.parse(readFileSync(trace, 'utf8')) as { traceEvents: Traced[] };
  const happened = [
    ...traceEvents
      .filter(({ name }) => name === 'write' || name === 'fdatasync')
      .map((e) => [e.ts, `${e.name} ${e.ph}`]),
    ...(JSON.parse(said) as number[]).map((ts) => [ts, 'over']),
  ].sort(([a], [b]) => Number(a) - Number(b));
  const oneAppend = ['write b', 'write e', 'fdatasync b', 'fdatasync e', 'over'];
  assert.deepEqual(
    happened.map(([, what]) => what),
    Array.from({ length: 4 }, () => oneAppend).flat(),
  );
});

test('more records than the system takes in one write are all there, in their order', (t) => {
  const { records } = run(
    t,
    `await journal.append(Array.from({ length: 5_000 }, (_, i) => Uint8Array.of(i >> 8, i & 255)));`,
  );
  assert.deepEqual(
    records.map(([high, low]) => high! * 256 + low!),
    Array.from({ length: 5_000 }, (_, i) => i),
  );
});

test('an append that finds no room is refused with the reason, and leaves nothing of itself', (t) => {
  const { said, records } = run(
    t,
    `await journal.append([Buffer.alloc(1_000, 1)]);
     const tooMuch = [1_000, 1_000, 70_000].map((length) => Buffer.alloc(length, 2));
     const refused = await journal.append(tooMuch).catch((error) => error);
     await journal.append([Buffer.alloc(1_000, 3)]);
     console.log(refused.code, journal.bytes());
     journal.close();`,
    { limited: true },
  );
  assert.equal(said, 'EFBIG 2016');
  assert.deepEqual(
    records.map((record) => [record.length, record[0]]),
    [
      [1_000, 1],
      [1_000, 3],
    ],
  );
});
