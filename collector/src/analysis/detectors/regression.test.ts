import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NO_TOTALS } from '@prodlens/protocol';
import { fakeRow } from '../../testing/fake-sensor.js';
import { findRegression } from './regression.js';

const MS = 1_000_000;
const side = (version: string, durationsNs: number[]) => {
  const { id: _, ...totals } = fakeRow(1, durationsNs);
  return { version, totals };
};
/** A side of which all is of after the first minutes. */
const warm = (version: string, durationsNs: number[]) => {
  const { totals } = side(version, durationsNs);
  return { version, totals, warm: totals };
};
/** n calls of one duration, then the slow ones. */
const calls = (n: number, ns: number, slow: number[] = []) => [...Array<number>(n).fill(ns), ...slow];

const cases: Array<[what: string, before: number[], after: number[], found: boolean]> = [
  ['three times as slow', calls(100, 10 * MS), calls(100, 30 * MS), true],
  ['three times as slow, just enough calls', calls(30, 10 * MS), calls(30, 30 * MS), true],
  ['10 % slower', calls(1_000, 10 * MS), calls(1_000, 11 * MS), false],
  ['80 % slower', calls(1_000, 10 * MS), calls(1_000, 18 * MS), false],
  ['faster', calls(100, 30 * MS), calls(100, 10 * MS), false],
  ['the same', calls(100, 10 * MS), calls(100, 10 * MS), false],
  ['few calls before', calls(29, 10 * MS), calls(100, 30 * MS), false],
  ['few calls after', calls(100, 10 * MS), calls(29, 30 * MS), false],
  ['no call before', [], calls(100, 30 * MS), false],
  ['no call after', calls(100, 10 * MS), [], false],
  ['five times as slow, by less than a millisecond', calls(100, 0.2 * MS), calls(100, MS), false],
  ['only the tail is slower', calls(95, 10 * MS, calls(5, 20 * MS)), calls(95, 10 * MS, calls(5, 500 * MS)), false],
  [
    'three times as slow, but many were as slow before',
    calls(80, 10 * MS, calls(20, 40 * MS)),
    calls(100, 32 * MS),
    false,
  ],
  ['median tripled, tail gone', calls(90, 10 * MS, calls(10, 900 * MS)), calls(100, 30 * MS), false],
];

for (const [what, before, after, found] of cases) {
  test(`${what}: ${found ? 'a regression' : 'none'}`, () => {
    assert.equal(findRegression(side('1', before), warm('2', after)) !== null, found);
  });
}

test('a median of 0 before is no ground for a comparison', () => {
  assert.equal(findRegression(side('1', calls(100, 0)), warm('2', calls(100, 30 * MS))), null);
});

test('says from which version to which, by how much, on how many timed calls', () => {
  const r = findRegression(side('1.9.0', calls(100, 10 * MS)), warm('2.0.0', calls(50, 40 * MS)));
  assert.ok(r);
  assert.deepEqual([r.previousVersion, r.version, r.beforeCalls, r.afterCalls], ['1.9.0', '2.0.0', 100, 50]);
  // Each median is off by at most 4.4 %.
  assert.ok(Math.abs(r.slowdown - 3) < 4 * 0.092, String(r.slowdown));
  assert.ok(r.afterP50Ns <= 40 * MS && r.afterP95Ns <= 40 * MS);
});

test('in the first minutes only what no cold start does is told, and what they were like is forgotten after them', () => {
  const before = side('1', calls(100, 10 * MS));
  const cold = (ns: number) => ({ ...side('2', calls(100, ns)), warm: NO_TOTALS });
  assert.equal(findRegression(before, cold(35 * MS)), null);
  assert.ok(findRegression(before, cold(60 * MS)));
  const settled = { ...side('2', calls(100, 60 * MS)), warm: side('2', calls(50, 11 * MS)).totals };
  assert.equal(findRegression(before, settled), null);
  const slower = findRegression(before, { ...settled, warm: side('2', calls(50, 30 * MS)).totals });
  assert.equal(slower?.afterCalls, 50);
});
