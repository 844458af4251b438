import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HIGHEST_LEVEL, SAMPLING_LEVELS, Shedding } from './sampling-levels.js';

test('dear windows go up a level each, to the highest; cheap ones come down again, slower', () => {
  const shedding = new Shedding();
  const levels = Array.from({ length: 6 }, () => shedding.windowEnded(0.1));
  assert.deepEqual(levels, [1, 2, 3, 4, 4, 4]);
  assert.deepEqual(
    Array.from({ length: 7 }, () => shedding.windowEnded(0.001)),
    [4, 4, 3, 3, 3, 2, 2],
  );
});

test('in between nothing changes', () => {
  const shedding = new Shedding();
  shedding.windowEnded(0.1);
  for (let i = 0; i < 10; i++) assert.equal(shedding.windowEnded(0.01), 1);
});

test('packages give up before own code, and each level costs no more than the one before', () => {
  const cost = ({ callsAtEachGap, largestGap }: { callsAtEachGap: number; largestGap: number }) =>
    callsAtEachGap / largestGap;
  for (let level = 1; level <= HIGHEST_LEVEL; level++) {
    const [before, now] = [SAMPLING_LEVELS[level - 1]!, SAMPLING_LEVELS[level]!];
    assert.ok(cost(now.own) <= cost(before.own) && cost(now.packages) <= cost(before.packages));
    assert.ok(cost(now.packages) <= cost(now.own) && now.packagesAsyncEvery >= now.ownAsyncEvery);
    assert.notDeepEqual(now, before);
  }
});
