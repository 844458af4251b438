// What an edit that is not committed adds to a function that runs often in production: more awaits in loops, loops in
// loops or synchronous calls than the committed text has. A hint beside the code, with how often that code runs.

import { type FunctionStats, formatRate } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';
import type { Cost, CostKind } from '@prodlens/syntax/costs';
import type { MappedFunction } from '../mapping/mapped-functions.js';
import type { Finding } from './diagnostics.js';

/** A text with what is in it. */
export interface CostedText {
  text: string;
  outline: OutlinedFunction[];
  costs: Cost[];
}

/** One cost that the committed text does not have. */
export interface AddedCost {
  kind: CostKind;
  /** Of the function in the text: its name, and which of that name. */
  name: string;
  ordinal: number;
  /** From the function's start: 0-based UTF-16 units. */
  offset: number;
  length: number;
}

/** Those of `now` that have no equal in the function of the same name in `before`. */
export function addedCosts(before: CostedText, now: CostedText): AddedCost[] {
  const known = new Map<string, number>();
  const keyOf = (text: string, { name, ordinal }: OutlinedFunction, { kind, start, end }: Cost) =>
    `${name}@${ordinal} ${kind} ${text.slice(start, end).replace(/\s+/g, ' ')}`;
  for (const [outlined, cost] of withFunctions(before)) {
    const key = keyOf(before.text, outlined, cost);
    known.set(key, (known.get(key) ?? 0) + 1);
  }
  return withFunctions(now).flatMap(([outlined, cost]) => {
    const key = keyOf(now.text, outlined, cost);
    const left = known.get(key) ?? 0;
    known.set(key, left - 1);
    if (left > 0) return [];
    const { name, ordinal, start } = outlined;
    return [{ kind: cost.kind, name, ordinal, offset: cost.start - start, length: cost.end - cost.start }];
  });
}

function withFunctions({ outline, costs }: CostedText): [OutlinedFunction, Cost][] {
  const byStart = new Map(outline.map((outlined) => [outlined.start, outlined]));
  return costs.flatMap((cost): [OutlinedFunction, Cost][] => {
    const outlined = byStart.get(cost.functionStart);
    return outlined ? [[outlined, cost]] : [];
  });
}

/** Calls a minute from which a function is one that runs often. */
const OFTEN_PER_MINUTE = 1;

const ADDS: Record<CostKind, string> = {
  'await-in-loop': 'an await in a loop',
  'loop-in-loop': 'a loop in a loop',
  'synchronous-call': 'a synchronous call, which stops everything else in the process',
};

/** Where the functions stand now. */
export function addedCostFindings(functions: MappedFunction[], added: AddedCost[]): Finding[] {
  if (added.length === 0) return [];
  const byName = new Map(functions.map((mapped) => [`${mapped.outlined.name}@${mapped.outlined.ordinal}`, mapped]));
  return added.flatMap(({ kind, name, ordinal, offset, length }): Finding[] => {
    const mapped = byName.get(`${name}@${ordinal}`);
    const [busiest] = mapped?.readings.filter(({ match }) => match.kind !== 'likely') ?? [];
    if (!mapped || !busiest) return [];
    const { id, callsPerMinute } = busiest.stats;
    if ((callsPerMinute ?? 0) < OFTEN_PER_MINUTE) return [];
    const start = mapped.outlined.start + offset;
    const message = `${name} runs ${formatRate(callsPerMinute ?? 0)}${fromText(busiest.stats)} in production; this adds ${ADDS[kind]}`;
    const about = { functionId: id, alertId: null, comparable: false, related: [] };
    return [{ start, end: start + length, code: 'hot-change', severity: 'info', message, ...about }];
  });
}

/** " from 12 endpoints", else " for Cart.checkout": who is made to wait. */
function fromText({ endpointCount = 0, callers = [] }: FunctionStats): string {
  if (endpointCount > 0) return ` from ${endpointCount} endpoint${endpointCount === 1 ? '' : 's'}`;
  return callers.length === 0 ? '' : ` for ${callers.map((caller) => caller.name).join(', ')}`;
}
