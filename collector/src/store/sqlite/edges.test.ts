import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { FACTS, fakeHello, PROCESS } from '../../testing/fake-sensor.js';
import { temporaryFolder } from '../../testing/test-collector.js';
import { MINUTES_RETENTION_MINUTES } from '../retention.js';
import { createCommit } from './commit.js';
import { createDictionary } from './dictionary.js';
import { createEdges } from './edges.js';
import { createInstances } from './instances.js';
import { createMinutes } from './minutes.js';
import { openDatabase } from './open-database.js';
import { prepareSchema } from './schema.js';

const MINUTE = 29_000_000;
const RANGE = { fromMinute: MINUTE - 1, toMinute: MINUTE };

/** Opens the edges of a database, and commits calls between functions to them. */
function fixture(t: TestContext) {
  const db = openDatabase(temporaryFolder(t));
  t.after(() => db.close());
  prepareSchema(db);
  const { deploymentId } = createDictionary(db).openInstance(fakeHello(), MINUTE * 60_000);
  let sequence = 0;
  const opened = () => {
    const edges = createEdges(db, 2);
    const commitAll = createCommit(db, { minutes: createMinutes(db), edges, instances: createInstances(db) });
    const commit = (minute: number, ...calls: Array<[caller: number, callee: number, calls: number]>) => {
      const [startUnixMs, endUnixMs] = [minute * 60_000, minute * 60_000 + 10_000];
      const times = { startUnixMs, endUnixMs, receivedUnixMs: endUnixMs };
      const of = calls.map(([callerId, calleeId, n]) => ({ callerId, calleeId, calls: n, sumNs: 10 * n }));
      const about = { instance: 'instance-1', deploymentId, sequence: ++sequence, facts: FACTS, process: PROCESS };
      commitAll([{ ...about, ...times, rows: [], edges: of }]);
    };
    const shown = (ids: number[], range = RANGE) => {
      const { calls, leftOutCalls } = edges.calls(range, [deploymentId], ids);
      return [calls.map((c) => `${c.callerId} ${c.calleeId} ${c.calls} ${c.sumNs}`), leftOutCalls];
    };
    return { edges, commit, shown };
  };
  return { db, deploymentId, opened };
}

test('calls between functions add up over windows and minutes, also after a reopening, up to a limit, and go', (t) => {
  const { deploymentId, opened } = fixture(t);
  const first = opened();
  first.commit(MINUTE - 1, [1, 2, 3]);
  first.commit(MINUTE, [1, 2, 4], [2, 3, 1]);
  // A third pair finds no room in the minute; the pair that is there goes on.
  first.commit(MINUTE, [2, 4, 8], [1, 2, 1]);
  const { edges, commit, shown } = opened();
  commit(MINUTE, [1, 2, 2]);

  assert.deepEqual(shown([1]), [['1 2 10 100'], 8]);
  assert.deepEqual(shown([2]), [['1 2 10 100', '2 3 1 10'], 8]);
  assert.deepEqual(shown([3]), [['2 3 1 10'], 8]);
  assert.deepEqual(shown([2], { fromMinute: MINUTE - 1, toMinute: MINUTE - 1 }), [['1 2 3 30'], 0]);
  assert.deepEqual(edges.calls(RANGE, [deploymentId + 1], [1]), { calls: [], leftOutCalls: 0 });

  edges.sweep((MINUTE + MINUTES_RETENTION_MINUTES) * 60_000);
  assert.deepEqual(shown([1]), [['1 2 7 70'], 8]);
  edges.sweep((MINUTE + 1 + MINUTES_RETENTION_MINUTES) * 60_000);
  assert.deepEqual(shown([1]), [[], 0]);
});

test('hours that are over are read from one row, which a late window makes anew', (t) => {
  const { db, opened } = fixture(t);
  const { edges, commit, shown } = opened();
  const hour = 60 * Math.floor(MINUTE / 60) - 60;
  const hoursKept = () =>
    (db.prepare('SELECT t FROM e60').all() as Array<{ t: number }>).map((row) => 60 * row.t - hour);
  for (const minute of [-1, 0, 30, 59, 60, 61]) commit(hour + minute, [1, 2, 1]);
  commit(hour + 30, [1, 3, 1], [1, 4, 5]);
  const asked = (fromMinute: number, toMinute: number) =>
    shown([1], { fromMinute: hour + fromMinute, toMinute: hour + toMinute });
  const ranges: Array<[from: number, to: number]> = [
    ...([
      [-60, 61],
      [0, 59],
      [0, 58],
      [1, 59],
      [-1, 60],
      [30, 30],
    ] as Array<[number, number]>),
  ];
  const before = ranges.map(([from, to]) => asked(from, to));
  assert.deepEqual(before[0], [['1 2 6 60', '1 3 1 10'], 5]);

  edges.sweep((hour + 64) * 60_000);
  assert.deepEqual(hoursKept(), [-60]);
  edges.sweep((hour + 65) * 60_000);
  assert.deepEqual(hoursKept(), [-60, 0]);
  assert.deepEqual(
    ranges.map(([from, to]) => asked(from, to)),
    before,
  );
  db.exec(`DELETE FROM e1 WHERE t = ${hour + 30}`);
  assert.deepEqual(
    [asked(0, 59), asked(30, 30)],
    [
      [['1 2 3 30', '1 3 1 10'], 5],
      [[], 0],
    ],
    'one row was read',
  );

  commit(hour + 59, [1, 2, 7]);
  assert.deepEqual(hoursKept(), [-60]);
  assert.deepEqual(asked(0, 59), [['1 2 9 90'], 0]);
  edges.sweep((hour + 65) * 60_000);
  assert.deepEqual(
    [hoursKept(), asked(0, 59)],
    [
      [-60, 0],
      [['1 2 9 90'], 0],
    ],
  );
});
