import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomNumbers } from '../../testing/random-numbers.js';
import { type SimulatedFunction, simulatedMinute } from '../../testing/simulated-traffic.js';
import type { Finding, Watched } from '../finding.js';
import { packMinute } from '../minute-frame.js';
import { createScopeAnalysis } from '../scope-analysis.js';
import { errorsClose, HALF_HOUR, spanOfShift } from './closing.js';

const START = 29_000_000;
const SELDOM = 1;

test('the surer a rise is, the shorter the time in which it can be said to be gone; never less than half an hour', () => {
  assert.deepEqual(spanOfShift(1.5, 0.03, 20), { ...HALF_HOUR, calls: 10 });
  const thin = spanOfShift(0.38, 0.08, 80);
  assert.deepEqual([thin.minutes % 5, thin.minutes > 80 && thin.minutes < 120, thin.calls > 80], [0, true, true]);
  assert.equal(spanOfShift(0.14, 0.1, 355).minutes, 1_440);
});

test('what never failed is gone when it hardly fails; a rate, when it is near what it was', () => {
  const first = errorsClose({ before: 0, after: 0.15 });
  assert.deepEqual(first, { closesAt: 0.005, closesOver: { minutes: 30, calls: 267 } });
  assert.equal(errorsClose({ before: 0.25, after: 0.75 }).closesAt, 0.375);
  assert.ok(errorsClose({ before: 0.01, after: 0.02 }).closesAt < 0.014);
});

test('a few quick calls of a function that is called once a minute are not the end of its slowness', () => {
  const random = randomNumbers(5);
  const analysis = createScopeAnalysis();
  let minute = START;
  let deploymentId = 1;
  const run = (minutes: number, medianMs: number, after = () => {}) => {
    const found: Finding[] = [];
    const others = Array.from({ length: 13 }, (_, i) => ({ functionId: 2 + i, callsPerMinute: 2, medianMs: 5 + i }));
    const functions: SimulatedFunction[] = [
      { functionId: SELDOM, callsPerMinute: 1, medianMs, spread: 1.6 },
      ...others,
    ];
    for (const end = minute + minutes; minute < end; minute++) {
      const rows = functions.map((f) => ({ functionId: f.functionId, totals: simulatedMinute(f, random) }));
      found.push(...analysis.minute(minute, [{ deploymentId, frame: packMinute(rows) }]));
      after();
    }
    return found;
  };
  analysis.deployed({ deploymentId, startedMinute: minute, follows: false });
  run(1_440, 7);
  deploymentId = 2;
  analysis.deployed({ deploymentId, startedMinute: minute, follows: true });
  const found = run(365, 15).filter(({ subject }) => subject === 'latency');
  assert.deepEqual([...new Set(found.map(({ functionId }) => functionId))], [SELDOM]);
  const { before, after, closesAt, closesOver } = found.at(-1)!;
  const hasty: Watched = {
    id: 'hasty',
    subject: 'latency',
    functionId: SELDOM,
    before,
    after,
    closesAt,
    seenMinute: minute,
  };
  const watched: Watched = { ...hasty, id: 'watched', ...(closesOver && { closesOver }) };
  const gone = new Set<string>();
  const look = () => {
    for (const { id, state } of analysis.verdicts([hasty, watched])) if (state === 'gone') gone.add(id);
  };
  run(6_000, 15, look);
  assert.deepEqual([...gone], ['hasty']);
  run(360, 7, look);
  assert.deepEqual([...gone], ['hasty', 'watched']);
});
