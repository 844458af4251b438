// Source text in, text that counts and times itself out. Text is inserted at positions; nothing is reprinted, so
// line numbers and everything between the insertions stay. A text that cannot be parsed, or must not be touched,
// comes back as a reason.

import { type EstreeFunction, type EstreeNode, forEachChild, outlineEstree } from '@prodlens/syntax/estree';
import { lineAt, lineStartsOf } from '@prodlens/syntax/lines';
import { handsOver, insertInto, startOfStatements } from './function-insertions.js';
import { encodeInsertions } from './insertion-columns.js';
import { type InsertionMap, insertionMap } from './insertion-map.js';
import { applyInsertions, type Insertion, type Insertions, inOrder } from './insertions.js';
import { parametersOf } from './parameters.js';
import { parseProgram } from './parse-program.js';
import { type Probe, probeOf } from './probe.js';
import { REGISTERED, RESERVED, withoutMarks, writtenId } from './shapes.js';

export { withFirstId } from './ids.js';

/** Which functions are timed; the others are counted. */
export type Timing =
  /** What can take long by itself: a loop, a suspension, a native that works through much data. For packages. */
  | 'working'
  /** Also what calls, throws or tries. For the service's own code. */
  | 'calling'
  | 'all';

export interface InstrumentOptions {
  /** Names the file in the map; nothing is read from it. */
  path: string;
  /** either: CommonJS if it can be parsed as that, as Node finds it out. */
  format: 'module' | 'commonjs' | 'either';
  /** Id of the first function, the others follow. Default: 1. See also withFirstId. */
  firstId?: number;
  /** Default: calling. */
  timing?: Timing;
  /** Functions of a library that are to be told of. */
  probes?: readonly Probe[];
  /** For a text that a bundler puts together with others. */
  bundled?: BundledText;
}

/** Ids that are known only when the bundle runs. */
export interface BundledText {
  /** Name of a variable: the id of the module's first function. While it is undefined or NaN, calls count as id 0. */
  base: string;
  /** The statement that declares it; stands at the start of the text, behind directives. */
  declare(functions: InstrumentedFunction[]): string;
}

export interface InstrumentedFunction {
  /** Index into the runtime's counters. */
  id: number;
  name: string;
  ordinal: number;
  kind: 'function' | 'arrow' | 'method' | 'getter' | 'setter' | 'constructor';
  /** 0-based UTF-16 offset, line and column in the text that was given. */
  offset: number;
  line: number;
  column: number;
  isAsync: boolean;
  /** Async or a generator: a call of it may end long after it has returned. */
  suspends: boolean;
  /** False where only calls are counted. */
  timed: boolean;
  /** Variables that its exit hands over, in this order. */
  parameters: string[];
}

export interface Instrumented {
  code: string;
  /** From the instrumented text back to the given one: a source map, made when it is read. */
  readonly map: InsertionMap;
  functions: InstrumentedFunction[];
  /** Where ids stand in `code`, in order: by turns the UTF-16 offset of an id's digits, and its function's index. */
  idOffsets: number[];
  /** Where text was inserted: see insertion-columns.ts. */
  columns: Uint8Array;
  /** Ids of the probes that found their function. */
  probed: string[];
}

/** Why a module was left as it is. */
export type SkipReason =
  | 'instrumented by a plugin'
  | 'too large'
  | 'unparsable'
  | 'reserved name'
  | 'asm.js'
  | 'with statement';

/** UTF-16 units. Parsing takes some 30 bytes for each. */
const LARGEST_TEXT = 16 * 1024 * 1024;

/** Instruments a module, or says why not. Never throws. */
export function instrument(source: string, options: InstrumentOptions): Instrumented | { skipped: SkipReason } {
  const skipped = reasonToSkip(source);
  if (skipped) return { skipped };
  let program: EstreeNode;
  let functions: EstreeFunction[];
  try {
    program = parseProgram(source, options.format);
    if (/\bwith\s*\(/.test(source) && contains(program, 'WithStatement')) return { skipped: 'with statement' };
    functions = outlineEstree(program);
    if (/["']use asm["']/.test(source) && functions.some(isAsm)) return { skipped: 'asm.js' };
  } catch {
    return { skipped: 'unparsable' };
  }
  const { path, firstId = 1, timing = 'calling', probes = [], bundled } = options;
  const lineStarts = lineStartsOf(source);
  const insertions: Insertions = { openings: [], closings: [] };
  const probed: string[] = [];
  const described = functions.map((f, i) => {
    const id = bundled ? `${bundled.base}+${i}|0` : writtenId(firstId + i);
    const probe = probes.length === 0 ? null : probeOf(f.name, probes);
    const { timed, probed: isProbed } = insertInto(f.node, { source, insertions, of: i }, id, timing, probe);
    if (isProbed) probed.push(probe!.id);
    const parameters = timed && handsOver(timing) ? parametersOf(f.node) : [];
    return { ...describe(f, firstId + i, timed, lineStarts), parameters };
  });
  if (bundled && functions.length > 0) {
    const text = `;${bundled.declare(described)}`;
    insertions.openings.push({ at: startOfStatements(program, source), text, of: 0 });
  }
  const ordered = bundled ? inOrder(insertions).map(unmarked) : inOrder(insertions);
  return {
    ...applyInsertions(source, ordered),
    functions: described,
    columns: encodeInsertions(ordered, lineStarts),
    probed,
    get map() {
      return insertionMap(source, ordered, lineStarts, path);
    },
  };
}

/** Bundlers keep some comments and drop others, which would leave marks without their counterparts. */
function unmarked({ at, text, of }: Insertion): Insertion {
  return { at, text: withoutMarks(text), of };
}

function reasonToSkip(source: string): SkipReason | null {
  if (source.length > LARGEST_TEXT) return 'too large';
  if (REGISTERED.test(source)) return 'instrumented by a plugin';
  if (RESERVED.test(source)) return 'reserved name';
  return null;
}

function contains(node: EstreeNode, type: string): boolean {
  let found = node.type === type;
  forEachChild(node, (child) => {
    found ||= contains(child, type);
  });
  return found;
}

/** A module in asm.js: V8 compiles it by rules of its own, which hold for each statement. */
function isAsm({ node }: EstreeFunction): boolean {
  return node.body.type === 'BlockStatement' && node.body.body.some((s: EstreeNode) => s.directive === 'use asm');
}

function describe(
  f: EstreeFunction,
  id: number,
  timed: boolean,
  lineStarts: number[],
): Omit<InstrumentedFunction, 'parameters'> {
  const { name, ordinal, kind, nameStart, node } = f;
  const line = lineAt(lineStarts, nameStart);
  const column = nameStart - lineStarts[line]!;
  const isAsync = node.async === true;
  const suspends = isAsync || node.generator === true;
  return { id, name, ordinal, kind, offset: nameStart, line, column, isAsync, suspends, timed };
}
