import assert from 'node:assert/strict';
import { test } from 'node:test';
import { randomNumbers } from '../testing/random-numbers.js';
import { type SimulatedFunction, simulatedMinute } from '../testing/simulated-traffic.js';
import type { Finding } from './finding.js';
import { packMinute } from './minute-frame.js';
import { createScopeAnalysis } from './scope-analysis.js';

const START = 29_000_000;
const DAY = 1_440;

/** Twenty functions at thirty calls a minute; `change` says what some of them do instead. */
function service(change: Partial<Record<number, Partial<SimulatedFunction>>> = {}): SimulatedFunction[] {
  return Array.from({ length: 20 }, (_, i) => ({
    functionId: i + 1,
    callsPerMinute: 30,
    medianMs: 5 + i,
    ...change[i + 1],
  }));
}

function scope() {
  const analysis = createScopeAnalysis();
  const random = randomNumbers(7);
  let minute = START;
  const deployed = (deploymentId: number, follows: boolean) =>
    analysis.deployed({ deploymentId, startedMinute: minute, follows });
  deployed(1, false);
  /** Findings of so many minutes in which the deployments do that. */
  function run(minutes: number, does: Record<number, SimulatedFunction[]>): Finding[] {
    const found: Finding[] = [];
    for (const end = minute + minutes; minute < end; minute++) {
      const frames = Object.entries(does).map(([id, functions]) => ({
        deploymentId: Number(id),
        frame: packMinute(functions.map((f) => ({ functionId: f.functionId, totals: simulatedMinute(f, random) }))),
      }));
      found.push(...analysis.minute(minute, frames));
    }
    return found;
  }
  const pause = (minutes: number) => {
    minute += minutes;
  };
  return { analysis, run, deployed, pause, now: () => minute };
}

const names = (findings: Finding[]) => [...new Set(findings.map((f) => `${f.kind} ${f.functionId}`))].sort();

test('a day of the same, a deployment that changes nothing, and its first hours raise nothing', () => {
  const { run, deployed } = scope();
  assert.deepEqual(names(run(DAY, { 1: service() })), []);
  deployed(2, true);
  assert.deepEqual(names(run(180, { 2: service() })), []);
});

test('a third slower since a deployment: found once it is sure, with its interval, and for that function alone', () => {
  const { run, deployed, now } = scope();
  run(DAY, { 1: service() });
  deployed(2, true);
  const found = run(25, { 2: service({ 4: { medianMs: 8 * 1.35 } }) });
  assert.deepEqual(names(found), ['slower-since-deployment 4']);
  const [first] = found as [Finding];
  assert.ok(first.change!.low < 1.35 && first.change!.high > 1.35, JSON.stringify(first.change));
  assert.ok(Math.abs(first.before / 8e6 - 1) < 0.06 && Math.abs(first.after / 10.8e6 - 1) < 0.06);
  assert.equal(first.sinceMinute, now() - 25);
});

test('twice as slow is found within five minutes', () => {
  const { run, deployed } = scope();
  run(DAY, { 1: service() });
  deployed(2, true);
  assert.deepEqual(names(run(5, { 2: service({ 4: { medianMs: 16 } }) })), ['slower-since-deployment 4']);
});

test('a rise that the clock could make is not told: twenty nanoseconds more, in a function of ten', () => {
  const { run, deployed } = scope();
  const short = { 4: { medianMs: 1e-5 }, 5: { medianMs: 1e-2 } };
  run(DAY, { 1: service(short) });
  deployed(2, true);
  const slower = { 4: { medianMs: 3e-5 }, 5: { medianMs: 3e-2 } };
  assert.deepEqual(names(run(40, { 2: service(slower) })), ['slower-since-deployment 5']);
});

test("while both versions run, what both do is not the new one's fault", () => {
  const { run, deployed } = scope();
  run(DAY, { 1: service() });
  deployed(2, true);
  const slow = service({ 4: { medianMs: 8 * 1.6 }, 9: { medianMs: 13 * 1.6 } });
  const old = service({ 4: { medianMs: 8 * 1.6 } });
  assert.deepEqual(names(run(40, { 1: old, 2: slow })), ['slower-since-deployment 9']);
});

test('four times as slow with no deployment is found within two minutes, and gone when it is gone', () => {
  const { analysis, run } = scope();
  run(300, { 1: service() });
  const found = run(2, { 1: service({ 4: { medianMs: 32 } }) });
  assert.deepEqual(names(found), ['dramatic-slowdown 4']);
  const [{ before, after, closesAt }] = found as [Finding];
  const watched = { id: 'a', subject: 'latency' as const, functionId: 4, before, after, closesAt, seenMinute: 0 };
  run(38, { 1: service({ 4: { medianMs: 32 } }) });
  assert.equal(analysis.verdicts([watched])[0]!.state, 'lasts');
  run(40, { 1: service() });
  assert.equal(analysis.verdicts([watched])[0]!.state, 'gone');
});

test('six times as slow is found within two minutes of a function that varies, also after a version that was taken back', () => {
  const varying = (factor: number) => service({ 4: { callsPerMinute: 200, medianMs: 8 * factor, minuteSpread: 0.25 } });
  const { run, deployed, now } = scope();
  run(DAY / 2, { 1: varying(1) });
  deployed(2, true);
  assert.deepEqual(names(run(60, { 2: varying(4) })), ['slower-since-deployment 4']);
  const backMinute = now();
  deployed(1, true);
  assert.deepEqual(names(run(120, { 1: varying(1) })), []);
  const found = run(2, { 1: varying(6) });
  assert.deepEqual(names(found), ['dramatic-slowdown 4']);
  // What its evidence counts is what it was held against: nothing of the version between.
  assert.deepEqual(found[0]!.beforeMinutes, [backMinute, backMinute + 120]);
  assert.match(found[0]!.detail, /against the 120 min before$/);
});

test('a step with no deployment is told once it has lasted', () => {
  const { run } = scope();
  run(DAY, { 1: service() });
  assert.deepEqual(names(run(60, { 1: service({ 4: { medianMs: 8 * 1.5 } }) })), []);
  assert.deepEqual(names(run(60, { 1: service({ 4: { medianMs: 8 * 1.5 } }) })), ['drift 4']);
});

test('most functions slower at once is one thing to say', () => {
  const { run, deployed } = scope();
  run(DAY, { 1: service() });
  deployed(2, true);
  const all = service().map((f) => ({ ...f, medianMs: f.medianMs * 1.5 }));
  assert.deepEqual(names(run(40, { 2: all })), ['environment-shift null']);
});

test('first errors, a higher rate, and errors that are gone', () => {
  const { run } = scope();
  run(DAY / 2, { 1: service({ 5: { errorRate: 0.05 }, 6: { errorRate: 0.05 } }) });
  const found = run(15, { 1: service({ 4: { errorRate: 0.2 }, 5: { errorRate: 0.4 }, 6: { errorRate: 0.05 } }) });
  assert.deepEqual(names(found), ['error-rate 5', 'new-error 4']);
  assert.deepEqual(names(run(185, { 1: service({ 5: { errorRate: 0.05 } }) })).slice(-1), ['error-gone 6']);
});

test('a single minute of errors is no alert', () => {
  const { run } = scope();
  run(DAY / 2, { 1: service() });
  assert.deepEqual(names([...run(1, { 1: service({ 4: { errorRate: 0.5 } }) }), ...run(30, { 1: service() })]), []);
});

test('calls that stop, of one function and of all; a service that is away raises nothing', () => {
  const { run, pause } = scope();
  run(360, { 1: service() });
  assert.deepEqual(names(run(15, { 1: service({ 4: { callsPerMinute: 0 } }) })), ['call-rate-collapsed 4']);
  run(60, { 1: service() });
  assert.deepEqual(names(run(30, {})), []);
  pause(90);
  assert.deepEqual(names(run(60, { 1: service() })), []);
  assert.deepEqual(names(run(15, { 1: service().map((f) => ({ ...f, callsPerMinute: 0.2 })) })), [
    'call-rate-collapsed null',
  ]);
});

test('processor time that no day had', () => {
  const { run } = scope();
  run(360, { 1: service({ 4: { cpuMsPerSecond: 60 } }) });
  assert.deepEqual(names(run(15, { 1: service({ 4: { cpuMsPerSecond: 400 } }) })), ['cpu-burner 4']);
});

test('outliers of three calls in a hundred, which hardly move the mean', () => {
  const busy = (change: Partial<SimulatedFunction> = {}) => service({ 4: { callsPerMinute: 200, ...change } });
  const { run } = scope();
  assert.deepEqual(names(run(360, { 1: busy() })), []);
  assert.deepEqual(names(run(20, { 1: busy({ slowShare: 0.03, slowMs: 90 }) })), ['outliers 4']);
});

test("outliers of microseconds are nobody's incident: a start is full of them", () => {
  const busy = (slowMs: number) => service({ 4: { callsPerMinute: 200, medianMs: 0.01, slowShare: 0.03, slowMs } });
  for (const [slowMs, found] of [
    [0.2, []],
    [2, ['outliers 4']],
  ] as const) {
    const { run } = scope();
    assert.deepEqual(names(run(360, { 1: busy(0.01) })), []);
    assert.deepEqual(names(run(20, { 1: busy(slowMs) })), found);
  }
});

test('one call a day, three distributions at once, and names that changed raise nothing', () => {
  const { run, deployed } = scope();
  const odd = service({ 4: { callsPerMinute: 0 }, 5: { slowShare: 0.3, slowMs: 300 } });
  const rare = service({ 4: { callsPerMinute: 1, medianMs: 900 }, 5: { slowShare: 0.3, slowMs: 300 } });
  run(DAY / 2, { 1: odd });
  run(1, { 1: rare });
  run(DAY / 2, { 1: odd });
  deployed(2, true);
  const renamed = odd.map((f) => (f.functionId === 7 ? { ...f, functionId: 107, medianMs: 80 } : f));
  assert.deepEqual(
    names([...run(1, { 2: rare }), ...run(120, { 2: renamed })]).filter((n) => !n.endsWith(' 7')),
    [],
  );
});
