import assert from 'node:assert/strict';
import { test } from 'node:test';
import { reportingMinutes } from './reporting-minutes.js';

const spans = (...seconds: Array<[number, number]>) =>
  seconds.map(([from, to]) => ({ deploymentId: 1, fromUnixMs: from * 1_000, toUnixMs: to * 1_000 }));

const cases: Array<[what: string, given: ReturnType<typeof spans>, minutes: number | null]> = [
  ['nobody reported', [], null],
  ['20 s', spans([100, 120]), 1 / 3],
  ['minutes that touch', spans([0, 60], [60, 120]), 2],
  ['a gap does not count', spans([0, 60], [600, 660]), 2],
  ['overlaps count once', spans([0, 60], [30, 90], [40, 50]), 1.5],
  ['out of order', spans([600, 660], [0, 60]), 2],
  ['a span of no length counts as a second', spans([5, 5]), 1 / 60],
];

for (const [what, given, minutes] of cases) {
  test(what, () => assert.equal(reportingMinutes(given), minutes));
}
