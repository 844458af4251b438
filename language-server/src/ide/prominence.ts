// Which functions have a lens of their own. Those that people look for by name have one; a callback without a name, or
// a function inside another, has one only where it matters, so that the lenses do not bury the code.

import type { MappedFunction } from '../mapping/mapped-functions.js';

/**
 * named: a function, method or route that stands by itself. inner: one inside another function, or without a name, that
 * matters: it takes time that is felt, and a good part of that of the function around it.
 */
export type Prominence = 'named' | 'inner' | 'none';

const FELT_P95_NS = 1e6;
const GOOD_PART = 0.1;

/** In the order of `functions`, which is that of the source. Linear. */
export function prominences(functions: MappedFunction[]): Prominence[] {
  const around: MappedFunction[] = [];
  return functions.map((mapped) => {
    const { start, end, name, nameStart, nameEnd } = mapped.outlined;
    while (around.length > 0 && around.at(-1)!.outlined.end <= start) around.pop();
    const outer = around.findLast(({ outlined }) => outlined.end >= end);
    around.push(mapped);
    // A route's or an event's handler is known by the text beside it: app.get'/orders'#1.
    const hasName = nameEnd > nameStart || /'#\d+$/.test(name);
    if (hasName && outer === undefined) return 'named';
    if (hasName && isRoute(name)) return 'named';
    return matters(mapped, outer) ? 'inner' : 'none';
  });
}

function isRoute(name: string): boolean {
  return /'#\d+$/.test(name);
}

function matters({ readings }: MappedFunction, outer: MappedFunction | undefined): boolean {
  return readings.some(({ stats }) => {
    if ((stats.p95Ns ?? 0) < FELT_P95_NS) return false;
    const ofOuter = outer?.readings.find((reading) => reading.stats.service === stats.service)?.stats.totalNs ?? null;
    return ofOuter === null || (stats.totalNs ?? 0) >= GOOD_PART * ofOuter;
  });
}
