// Functions that stood in another file when they were deployed: what is left over in a file of the editor, and what is
// gone from the files that have changed since, are compared as two states of one code base. What is only likely to have
// come from elsewhere is left out.

import type { FunctionStats } from '@prodlens/protocol';
import type { FingerprintedFunction, OutlinedFunction } from '@prodlens/syntax';
import type { KnownFunction } from './cascade/candidates.js';
import { carryFunctions } from './cascade/cascade.js';
import type { FunctionMatch } from './deployed-functions.js';
import { carriedOver, type DeployedText, knownFunctions, locate, placeOf } from './deployed-text.js';
import { LIKELY_BELOW } from './match.js';

/** A file that has changed since the deployment, with what was in it and is there no more. */
export interface ChangedFile {
  deployed: DeployedText;
  gone: FingerprintedFunction[];
}

export interface MovedFunction {
  outlined: OutlinedFunction;
  from: ChangedFile;
  function: FingerprintedFunction;
  confidence: number;
}

/** A body with fewer tokens is found by chance. */
const MINIMUM_TOKENS = 12;

/** Short functions resemble each other too much to be found again by their text alone. */
export function isLongEnough({ fingerprint }: KnownFunction): boolean {
  return (fingerprint?.tokenCount ?? 0) >= MINIMUM_TOKENS;
}

/** Of these functions of a file, those that came from one of the changed files. */
export function movedFunctions(left: OutlinedFunction[], path: string, changed: ChangedFile[]): MovedFunction[] {
  const after = knownFunctions(left).filter(isLongEnough);
  if (after.length === 0 || changed.length === 0) return [];
  const here = after.map((known) => ({ ...known, parent: -1 }));
  const before = changed.map(({ deployed, gone }) => ({
    path: deployed.path,
    functions: gone.map((known) => ({ ...known, parent: -1 })),
  }));
  return carryFunctions(before, [{ path, functions: here }]).flatMap((pair): MovedFunction[] => {
    const from = changed.find(({ deployed }) => deployed.path === pair.before.path);
    const outlined = left.find(({ start }) => start === pair.after.function.start);
    if (!from || !outlined || pair.confidence < LIKELY_BELOW) return [];
    return [{ outlined, from, function: from.gone[pair.before.index]!, confidence: pair.confidence }];
  });
}

/** What was deployed and is not in the file as it is now. */
export function goneFrom(deployed: DeployedText, now: FingerprintedFunction[]): FingerprintedFunction[] {
  const still = new Set(carriedOver(now, deployed).map(({ before }) => before.index));
  return deployed.functions.filter((_, index) => !still.has(index));
}

/** The numbers of moved functions, out of those that are reported of the files that they came from. */
export function matchMoved(moved: MovedFunction[], reported: FunctionStats[]): FunctionMatch[] {
  return [...new Set(moved.map(({ from }) => from))].flatMap((from) => {
    const located = [...locate(reported, from.deployed)];
    return moved.flatMap((one): FunctionMatch[] => {
      const stats = one.from === from && located.find(([, found]) => found === one.function)?.[0];
      if (!stats) return [];
      const { outlined, confidence } = one;
      const edited =
        'fingerprint' in outlined && (outlined as FingerprintedFunction).fingerprint.hx !== one.function.fingerprint.hx;
      const kind = edited ? 'edited' : 'moved';
      return [
        {
          outlined,
          deployed: stats,
          match: { kind, confidence, edited, origin: placeOf(one.function, from.deployed) },
        },
      ];
    });
  });
}
