// What an instrumented module of a bundle says of itself when it runs: its functions by their original file. It is
// a call, marked as pure, that gives the id of the first function to a variable that all of them read; so bundlers
// drop it with the last of the functions, rename the variable as any other, and keep it before the module's own
// statements. Functions are packed into text, which costs the program nothing until someone reads it.

import type { InstrumentedFunction } from '../instrument/instrument.js';
import { flagsOf } from '../measure/counters.js';
import { packFunctions } from '../report/loaded-module.js';

/** The variable, in each module its own. */
export const BASE = '$plb';
/** Global function that takes a manifest. */
export const REGISTER = '$plG';
/** Of the inserted text and the manifest. A sensor leaves alone what has another. */
export const MANIFEST_VERSION = 1;

/** Functions of one original file, the ids of which follow each other. */
export type ManifestFile = [
  /** With "/"; relative to the service's root, or "node_modules/NAME/…". */
  file: string,
  /** A digit for each function: see FLAG. */
  flags: string,
  /** See packFunctions. Lines and columns are those of the original file. */
  functions: string,
];

/** A function at its original place. */
export interface PlacedFunction extends InstrumentedFunction {
  file: string;
}

/** The statement that declares BASE. */
export function declareBase(functions: PlacedFunction[]): string {
  const files: ManifestFile[] = [];
  for (let from = 0; from < functions.length; ) {
    const { file } = functions[from]!;
    const end = functions.findIndex((f, i) => i > from && f.file !== file);
    const ofFile = functions.slice(from, end < 0 ? undefined : end);
    files.push([file, ofFile.map(flagsOf).join(''), packFunctions(ofFile)]);
    from += ofFile.length;
  }
  return `var ${BASE}=/*@__PURE__*/${REGISTER}(${MANIFEST_VERSION},${JSON.stringify(files)});`;
}
