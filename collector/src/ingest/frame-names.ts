// What functions were called before a minifier renamed them, for the frames of stacks. A frame has the name that V8 knows
// and a place inside of the function: it is the last function of that name that begins before the place, in the compiled
// file, and was written in the same original file, before it there too. Known are those that a session has named: all of a
// service's own. The last part of a name is what V8 calls the function.

import type { FunctionPlace } from '@prodlens/protocol';
import type { Position } from './source-maps.js';

interface Named {
  compiled: FunctionPlace;
  original: FunctionPlace;
}

export interface FrameNames {
  add(compiled: FunctionPlace, original: FunctionPlace): void;
  /** null where none is known. Lines and columns are 1-based; `original` is where the map leads from the compiled place. */
  find(functionName: string, compiled: Position, original: Position): string | null;
}

export function createFrameNames(): FrameNames {
  const known = new Map<string, Named[]>();
  const keyOf = (file: string, name: string) => `${file}\n${lastPart(name)}`;
  return {
    add(compiled, original) {
      const key = keyOf(compiled.file, compiled.name);
      const named = known.get(key);
      if (named === undefined) known.set(key, [{ compiled, original }]);
      else named.push({ compiled, original });
    },
    find(functionName, compiled, original) {
      let found: Named | null = null;
      for (const named of known.get(keyOf(compiled.file, functionName)) ?? []) {
        const isAround = isBefore(named.compiled, compiled) && isBefore(named.original, original);
        if (!isAround || named.original.file !== original.file) continue;
        if (found === null || isBefore(found.compiled, named.compiled)) found = named;
      }
      return found?.original.name ?? null;
    },
  };
}

type Place = Pick<Position, 'line' | 'column'>;

function isBefore(a: Place, b: Place): boolean {
  return a.line < b.line || (a.line === b.line && a.column <= b.column);
}

/** "Cart.total", "async Cart.total" and "Cart.total [as sum]" are "total". */
function lastPart(name: string): string {
  return name.replace(/ \[as .*\]$/, '').replace(/^.*[. #]/, '');
}
