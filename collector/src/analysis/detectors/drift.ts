// Did a function become slower with no deployment? Two ways to see it. A step: the last 80 minutes against the three hours
// before. A creep: each of the last six hours against the same hour a week before, or a day before while there is no
// week, which takes the daily load out. Both are held against what the same difference was all through the past.

import { type AfterLevel, type BlockHistory, isTangible, type LevelShift, levelShift } from './level-shift.js';

/** Nobody deployed anything, so there is no reason to expect a change, and it is asked again in every block. */
const LEAST_P = 1e-8;
const LEAST_STEP = Math.log2(1.3);
const LEAST_CREEP = Math.log2(1.3);
const STEP_BLOCKS = 16;
const CREEP_HOURS = 6;
const PARTS = 4;

/** `history` up to now; its last 16 blocks are judged. null where nothing is to be said. */
export function stepWithoutDeployment(history: BlockHistory): LevelShift | null {
  const found = judged(history, STEP_BLOCKS, LEAST_STEP);
  return found !== null && isTangible(found) ? found : null;
}

/** `hours`: a function's hours up to now, oldest first, without gaps; `period` 24 or 168. */
export function creep(hours: BlockHistory, period: number): LevelShift | null {
  const length = hours.length - period;
  if (length < CREEP_HOURS) return null;
  const difference: BlockHistory = { level: new Float64Array(length), weight: new Float64Array(length), length };
  for (let i = 0; i < length; i++) {
    difference.level[i] = hours.level[i + period]! - hours.level[i]!;
    difference.weight[i] = Math.min(hours.weight[i + period]!, hours.weight[i]!);
  }
  return judged(difference, CREEP_HOURS, LEAST_CREEP);
}

function judged(history: BlockHistory, blocks: number, leastShift: number): LevelShift | null {
  const before: BlockHistory = { ...history, length: history.length - blocks };
  const after = afterOf(history, before.length);
  if (after === null) return null;
  const found = levelShift(before, after);
  if (found === null || found.shift < leastShift || found.p > LEAST_P) return null;
  return after.parts.every((level) => level - found.before > found.shift / 2) ? found : null;
}

/** The blocks from `start` on; null where a part of them has no calls. */
function afterOf({ level, weight, length }: BlockHistory, start: number): AfterLevel | null {
  const blocks = length - start;
  if (blocks < 1) return null;
  const parts = Math.min(PARTS, blocks);
  const sums = new Float64Array(parts);
  const weights = new Float64Array(parts);
  let [sum, total] = [0, 0];
  for (let i = 0; i < blocks; i++) {
    const part = Math.floor((i * parts) / blocks);
    sums[part]! += weight[start + i]! * level[start + i]!;
    weights[part]! += weight[start + i]!;
    sum += weight[start + i]! * level[start + i]!;
    total += weight[start + i]!;
  }
  if (weights.some((w) => w === 0)) return null;
  return { level: sum / total, weight: total, parts: Array.from(sums, (s, i) => s / weights[i]!), blocks };
}
