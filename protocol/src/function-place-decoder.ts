// The checks that a received FunctionPlace passes.

import { boolean, fail, integer, nullable, record, string } from './check.js';
import type { FunctionKind, FunctionPlace } from './function-place.js';

const FUNCTION_KINDS: ReadonlySet<string> = new Set<FunctionKind>([
  'function',
  'arrow',
  'method',
  'getter',
  'setter',
  'constructor',
]);

/** UTF-16 units. */
const LONGEST = 4_096;

export function decodePlace(value: unknown, at: string): FunctionPlace {
  const f = record(value, at);
  const kind = text(f.kind, `${at}.kind`);
  if (!FUNCTION_KINDS.has(kind)) fail(`${at}.kind`, `is not a kind of function: ${JSON.stringify(kind.slice(0, 40))}`);
  return {
    file: text(f.file, `${at}.file`),
    name: text(f.name, `${at}.name`),
    ordinal: integer(f.ordinal, `${at}.ordinal`),
    kind: kind as FunctionKind,
    line: integer(f.line, `${at}.line`),
    column: integer(f.column, `${at}.column`),
    package: nullable(f.package, `${at}.package`, text),
    timed: boolean(f.timed, `${at}.timed`),
  };
}

function text(value: unknown, at: string): string {
  return string(value, at, LONGEST);
}
