// Which deployed function is which function in the editor, within one file. A cascade of stages, surest first: each
// takes what it can pair one to one and leaves the rest to the next. What no stage pairs has no counterpart.

import type { FunctionStats } from '@prodlens/protocol';
import type { OutlinedFunction } from '@prodlens/syntax';

export interface FunctionMatch {
  outlined: OutlinedFunction;
  deployed: FunctionStats;
  /** Probability that the two are the same function, 0 to 1. */
  confidence: number;
}

type Stage = (outline: OutlinedFunction[], deployed: FunctionStats[]) => FunctionMatch[];

const STAGES: Stage[] = [matchByName];

/** Pairs each function at most once. `deployed` is one service's file in one environment and version. */
export function matchFunctions(outline: OutlinedFunction[], deployed: FunctionStats[]): FunctionMatch[] {
  const matches: FunctionMatch[] = [];
  const matchedHere = new Set<OutlinedFunction>();
  const matchedThere = new Set<FunctionStats>();
  for (const stage of STAGES) {
    const found = stage(
      outline.filter((outlined) => !matchedHere.has(outlined)),
      deployed.filter((stats) => !matchedThere.has(stats)),
    );
    for (const match of found) {
      matchedHere.add(match.outlined);
      matchedThere.add(match.deployed);
    }
    matches.push(...found);
  }
  return matches;
}

/** Replay on real histories: 2 of 2,701 pairs of equal groups were wrong. */
const NAME_CONFIDENCE = 0.998;

/** The same name and ordinal, where as many functions have the name here as there: else an ordinal says nothing. */
function matchByName(outline: OutlinedFunction[], deployed: FunctionStats[]): FunctionMatch[] {
  const there = byName(deployed);
  return [...byName(outline)].flatMap(([name, here]) => {
    const group = there.get(name) ?? [];
    if (group.length !== here.length) return [];
    const pairs = here.map((outlined) => ({
      outlined,
      deployed: group.find(({ ordinal }) => ordinal === outlined.ordinal),
      confidence: NAME_CONFIDENCE,
    }));
    return pairs.filter((pair): pair is FunctionMatch => pair.deployed !== undefined);
  });
}

function byName<T extends { name: string }>(functions: T[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of functions) {
    const group = groups.get(item.name);
    if (group) group.push(item);
    else groups.set(item.name, [item]);
  }
  return groups;
}
