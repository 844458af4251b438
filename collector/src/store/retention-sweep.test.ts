import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createRetentionSweep } from './retention-sweep.js';

const DAY_MS = 86_400_000;

test('no sweep when the clock has jumped since the last look, to either side; the next one sweeps', async () => {
  let [wallMs, monotonicMs] = [1_000 * DAY_MS, 5_000];
  const swept: number[] = [];
  const store = {
    async sweep(nowUnixMs: number) {
      swept.push(nowUnixMs);
    },
  };
  const sweep = createRetentionSweep(store, { wallMs: () => wallMs, monotonicMs: () => monotonicMs });
  const after = (jumpMs: number) => {
    wallMs += 600_000 + jumpMs;
    monotonicMs += 600_000;
    return sweep();
  };
  const outcomes: boolean[] = [];
  for (const jumpMs of [0, 60_000, -60_000, 60_001, 0, DAY_MS, -DAY_MS, 0]) outcomes.push(await after(jumpMs));
  assert.deepEqual(outcomes, [true, true, true, false, true, false, false, true]);
  assert.equal(swept.length, 5);
  assert.equal(swept.at(-1), wallMs);
});
