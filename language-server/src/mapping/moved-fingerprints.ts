// Functions that stood in another file when they were deployed, where nobody here has the deployed text: what is left over
// in a file of the editor, and what sensors told of texts that are no more in their own files, are compared as two states
// of one code base. What is only likely to have come from elsewhere is left out.

import type { FunctionStats } from '@prodlens/protocol';
import type { FingerprintedFunction, OutlinedFunction } from '@prodlens/syntax';
import { carryFunctions } from './cascade/cascade.js';
import { deployedFunctions, matchByFingerprint } from './deployed-fingerprints.js';
import type { FunctionMatch } from './deployed-functions.js';
import { knownFunctions } from './deployed-text.js';
import { LIKELY_BELOW } from './match.js';
import { isLongEnough } from './moved-functions.js';

/** A file of the service. */
export interface ReportedFile {
  /** Absolute, with "/". */
  path: string;
  /** Of one environment and version. */
  reported: FunctionStats[];
  /** What is in it now. */
  now: FingerprintedFunction[];
}

/** `left`: functions of the file at `path` that are not known to have been deployed there. Each answer is of another. */
export function movedByFingerprint(
  left: OutlinedFunction[],
  path: string,
  files: ReportedFile[],
): (FunctionMatch & { from: ReportedFile })[] {
  const here = knownFunctions(left).filter(isLongEnough);
  const gone = files
    .map((file) => ({ file, functions: goneFrom(file) }))
    .filter(({ functions }) => functions.length > 0);
  if (here.length === 0 || gone.length === 0) return [];
  const alone = <F>(functions: F[]) => functions.map((known) => ({ ...known, parent: -1 }));
  const before = gone.map(({ file, functions }) => ({
    path: file.path,
    functions: alone(deployedFunctions(functions)),
  }));
  return carryFunctions(before, [{ path, functions: alone(here) }]).flatMap(({ before, after, confidence }) => {
    const from = gone.find(({ file }) => file.path === before.path);
    const outlined = left.find(({ start }) => start === after.function.start);
    if (!from || !outlined || confidence < LIKELY_BELOW) return [];
    const edited = before.function.fingerprint?.hx !== after.function.fingerprint?.hx;
    const match = { kind: edited ? 'edited' : 'moved', confidence, edited, origin: null } as const;
    return [{ outlined, deployed: from.functions[before.index]!, match, from: from.file }];
  });
}

/** In the order of their places. */
function goneFrom({ reported, now }: ReportedFile): FunctionStats[] {
  const still = new Set(matchByFingerprint('', now, [...reported])?.map(({ deployed }) => deployed));
  return reported
    .filter((stats) => stats.fingerprint !== undefined && !still.has(stats))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}
