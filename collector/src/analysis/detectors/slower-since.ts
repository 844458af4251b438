// Which functions of a service became slower with a deployment? Looked at several times: large rises are told early,
// small ones when there is enough to be sure of them. All functions of the service are looked at together: what most of
// them share is taken out (another host, more load), the number of tests is paid for, and where a good part of
// moved at once, which is an incident or a dependency rather than that many functions, a longer look has to confirm it.

import { medianInPlace } from '../statistics.js';
import {
  type AfterLevel,
  type BlockHistory,
  isTangible,
  type LevelShift,
  levelShift,
  recentLevel,
} from './level-shift.js';

export interface Look {
  /** Minutes after the deployment that are left out, while code is compiled and caches fill. */
  skipMinutes: number;
  minutes: number;
  /** Chance that a function which did not change is told of, were its past all there is to know. */
  p: number;
  /** Least rise in log2 units. */
  leastShift: number;
}

/**
 * In the order in which their time comes. Their chances of a false alert add up to half of one in 100,000; the rest is for
 * what no function's own past shows, such as a cold start that is not yet over: the first look is the strictest for it.
 */
export const LOOKS: readonly Look[] = [
  { skipMinutes: 2, minutes: 3, p: 1e-9, leastShift: Math.log2(1.6) },
  { skipMinutes: 5, minutes: 10, p: 3e-8, leastShift: Math.log2(1.2) },
  { skipMinutes: 5, minutes: 15, p: 5e-8, leastShift: Math.log2(1.12) },
  { skipMinutes: 5, minutes: 20, p: 1e-6, leastShift: Math.log2(1.12) },
  { skipMinutes: 5, minutes: 30, p: 5e-8, leastShift: Math.log2(1.12) },
  { skipMinutes: 5, minutes: 45, p: 3e-7, leastShift: Math.log2(1.12) },
  { skipMinutes: 5, minutes: 80, p: 4e-7, leastShift: Math.log2(1.1) },
  { skipMinutes: 5, minutes: 115, p: 1e-8, leastShift: Math.log2(1.1) },
  { skipMinutes: 5, minutes: 175, p: 1e-6, leastShift: Math.log2(1.1) },
  { skipMinutes: 5, minutes: 355, p: 1.5e-6, leastShift: Math.log2(1.1) },
];

/** Access to the functions of one service in one environment, by index. */
export interface LookedAt {
  count: number;
  /** As levelBefore of the history. */
  levelBefore(index: number): number;
  /** Blocks before the deployment; the object may be used again by the next call. */
  history(index: number): BlockHistory;
  /** null where there was too little in this look's time. The common mode is still in it. */
  after(index: number, look: Look): AfterLevel | null;
  /** The level in the same minutes on instances that still ran what was there before; NaN where there were none. */
  besides(index: number, look: Look): number;
}

export interface SlowerFunction extends LevelShift {
  index: number;
}

export interface LookResult {
  slower: SlowerFunction[];
  /** What most functions of the service moved by, log2 units; 0 where there are too few to say. */
  commonShift: number;
  /** Functions that could be compared. */
  compared: number;
  /** So many rise at once that it is one incident or one dependency, and not a fault of each. */
  together: boolean;
}

/** Functions that a common mode needs. */
export const LEAST_FOR_COMMON_MODE = 12;
/** More of a service's functions than this that rise at once are taken for one incident. */
const MANY = { least: 8, share: 0.05, p: 0.01 };
/** Of the rise, in every part of the time after. */
const PERSISTENT_SHARE = 0.35;
/** A look so short may still see the cold start: what it ends with must be nearly all of the rise. */
const EARLY_MINUTES = 5;
const SETTLED_SHARE = 0.75;
/** Squares of the parts' distances over their variance, of parts that differ by chance: one in a hundred is above. */
const UNSTEADY = 9;
/** Of a step that a deployment brought over one that was there minutes before it, natural logarithm. */
const LOG_ODDS = 2;

export function slowerSince(functions: LookedAt, look: Look): LookResult {
  const raw = new Float64Array(functions.count).fill(Number.NaN);
  const found = new Float64Array(functions.count);
  let compared = 0;
  for (let index = 0; index < functions.count; index++) {
    const after = functions.after(index, look);
    if (after === null) continue;
    const before = functions.levelBefore(index);
    if (Number.isNaN(before)) continue;
    raw[index] = after.level - before;
    found[compared++] = raw[index]!;
  }
  const commonShift = compared >= LEAST_FOR_COMMON_MODE ? medianInPlace(found, compared) : 0;

  const candidates: SlowerFunction[] = [];
  let rising = 0;
  for (let index = 0; index < functions.count; index++) {
    if (!(raw[index]! - commonShift >= look.leastShift / 2)) continue;
    const after = withoutCommon(functions.after(index, look)!, commonShift);
    const history = functions.history(index);
    const found = levelShift(history, after);
    if (found === null) continue;
    // Also those that rise by less than would be told: of an incident that is shared, only the largest are above it.
    if (found.shift >= look.leastShift / 2 && found.p <= MANY.p) rising++;
    if (found.shift < look.leastShift || !isTangible(found)) continue;
    if (isOfDeployment(found, after, history, look, commonShift, functions.besides(index, look)))
      candidates.push({ index, ...found });
  }
  const slower = candidates.filter(({ p }) => p <= look.p);
  // Also those that rose at another moment: an incident that begins later is no reason to blame the few it fits.
  const together = rising > Math.max(MANY.least, MANY.share * compared);
  return { slower, commonShift, compared, together };
}

function withoutCommon(after: AfterLevel, commonShift: number): AfterLevel {
  return { ...after, level: after.level - commonShift, parts: after.parts.map((level) => level - commonShift) };
}

/** Began with the deployment and lasts. `besides`: the level on instances of the old version, common mode included. */
function isOfDeployment(
  found: LevelShift,
  after: AfterLevel,
  history: BlockHistory,
  { minutes }: Look,
  commonShift: number,
  besides: number,
): boolean {
  // All through: what passes by is no regression, and neither is a cold start.
  if (!isSteady(found, after)) return false;
  if (minutes < EARLY_MINUTES && after.parts.at(-1)! - found.before < SETTLED_SHARE * found.shift) return false;
  // Not from before: what was there when the deployment began did not come with it.
  const ofTenMinutes = found.scale * Math.sqrt(after.blocks / 2);
  const middle = found.shift / 2 + (LOG_ODDS * ofTenMinutes ** 2) / found.shift;
  if (recentLevel(history) - found.before > middle) return false;
  // Instances of the old version in the same minutes know of every incident and of the load.
  return Number.isNaN(besides) || after.level + commonShift - besides >= found.shift / 2;
}

/** Every part has risen, or those that have not are no further off than their noise. */
function isSteady({ shift, scale, before }: LevelShift, { level, parts }: AfterLevel): boolean {
  if (parts.every((part) => part - before > PERSISTENT_SHARE * shift)) return true;
  const squares = parts.reduce((sum, part) => sum + (part - level) ** 2, 0);
  return squares / (parts.length * scale ** 2) < UNSTEADY;
}
