// Many functions that became slower at once are told as one shift of the service: unless the calls between them say that
// few of them carry it. Then those are named, and the others are what they reach. A machine that became slower makes
// functions slow that call none of the others; those lead nowhere.

import type { Finding } from '../../analysis/finding.js';
import { causeTrace, type TraceParts } from '../evidence/cause-trace.js';

/** Functions that are followed; of more, those that rose most. */
const FOLLOWED = 32;
/** Of the functions, so many lead to few. */
const EXPLAINED = 0.7;
/** Functions for each that carries. */
const REACHED_BY_EACH = 4;

/** What is to be said of the functions for themselves, or of the service as it was found. */
export async function narrowed(parts: TraceParts, finding: Finding): Promise<Finding[]> {
  const { alone = [], ...shift } = finding;
  const followed = alone.slice(0, FOLLOWED);
  if (followed.length === 0) return [shift];
  const traces: Array<{ of: Finding; leads: number[] }> = [];
  for (const of of followed) traces.push({ of, leads: await causeTrace(parts, of) });
  const reached = new Map<number, number>();
  for (const { of, leads } of traces) {
    const end = leads.at(-1) ?? of.functionId!;
    reached.set(end, (reached.get(end) ?? 0) + 1);
  }
  const carrying = [...reached].filter(([, count]) => count >= REACHED_BY_EACH);
  const explained = carrying.reduce((sum, [, count]) => sum + count, 0);
  if (explained < EXPLAINED * followed.length) return [shift];
  return followed;
}
