// What is known of a module when it has been loaded, in the form in which it crosses from the program's thread to
// the reporter's: the functions as one string, because copying a string costs the program nothing worth mentioning.

import type { FunctionKind } from '@prodlens/protocol';
import type { InstrumentedFunction, SkipReason } from '../instrument/instrument.js';

export interface LoadedModule {
  /** Absolute path. */
  path: string;
  /** Ids of its functions: from here on, in order. */
  firstId: number;
  /** See packFunctions. */
  functions: string;
  functionCount: number;
  /** Where text was inserted: see instrument/insertion-columns.ts. */
  columns: Uint8Array;
  /** What the text's sourceMappingURL says; null without one. */
  mapUrl: string | null;
}

/** Why a module was loaded as it was: its text, a budget that was used up (see load/transform.ts), or the settings. */
export type LeftOut = SkipReason | 'budget' | 'start-up time' | 'settings';

export interface SkippedModule {
  path: string;
  skipped: LeftOut;
}

/** What the registry keeps of a function. */
export type KnownFunction = Pick<
  InstrumentedFunction,
  'name' | 'ordinal' | 'kind' | 'line' | 'column' | 'timed' | 'parameters'
>;

type Row = [
  name: string,
  ordinal: number,
  kind: FunctionKind,
  line: number,
  column: number,
  timed: 0 | 1,
  ...parameters: string[],
];

/** As one text, which a thread is handed without the objects being copied. */
export function packFunctions(functions: KnownFunction[]): string {
  return JSON.stringify(
    functions.map(({ name, ordinal, kind, line, column, timed, parameters }): Row => {
      return [name, ordinal, kind, line, column, timed ? 1 : 0, ...parameters];
    }),
  );
}

/** What packFunctions was given. */
export function unpackFunctions(packed: string): KnownFunction[] {
  return (JSON.parse(packed) as Row[]).map(([name, ordinal, kind, line, column, timed, ...parameters]) => {
    return { name, ordinal, kind, line, column, timed: timed === 1, parameters };
  });
}
