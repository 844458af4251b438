// Source text in, text that counts and times itself out. Text is inserted at positions; nothing is reprinted, so
// line numbers and everything between the insertions stay. A text that cannot be parsed, or must not be touched,
// comes back as a reason.

import { type EstreeFunction, type EstreeNode, forEachChild, outlineEstree } from '@prodlens/syntax/estree';
import { lineAt, lineStartsOf } from '@prodlens/syntax/lines';
import { parse } from 'meriyah';
import { type Return, readBody } from './body.js';
import { type Insertion, type InsertionMap, insertionMap } from './insertion-map.js';
import {
  countedBlock,
  countedExpression,
  RESERVED,
  RETURN_VALUE,
  RETURN_WITHOUT_VALUE,
  returnNothing,
  timedBlock,
  timedExpression,
} from './shapes.js';

export interface InstrumentOptions {
  /** Names the file in reasons; nothing is read from it. */
  path: string;
  format: 'module' | 'commonjs';
  /** Gives the id of the first of n functions, the others follow; null when there is no room. Default: 0. */
  allocate?: (n: number) => number | null;
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
  /** False where only calls are counted. */
  timed: boolean;
}

export interface Instrumented {
  code: string;
  /** From the instrumented text back to the given one: a source map, made when it is read. */
  readonly map: InsertionMap;
  functions: InstrumentedFunction[];
}

/** Why a module was left as it is. */
export type SkipReason =
  | 'too large'
  | 'minified'
  | 'unparsable'
  | 'reserved name'
  | 'asm.js'
  | 'with statement'
  | 'budget';

const LARGEST_TEXT = 2 * 1024 * 1024;
/** UTF-16 units a line, on average, above which a text of some size is taken for minified. */
const DENSEST_LINE = 400;

/** Instruments a module, or says why not. Never throws. */
export function instrument(source: string, options: InstrumentOptions): Instrumented | { skipped: SkipReason } {
  const skipped = reasonToSkip(source);
  if (skipped) return { skipped };
  let functions: EstreeFunction[];
  try {
    const program = parseProgram(source, options.format);
    if (/\bwith\s*\(/.test(source) && contains(program, 'WithStatement')) return { skipped: 'with statement' };
    functions = outlineEstree(program);
  } catch {
    return { skipped: 'unparsable' };
  }
  const firstId = options.allocate ? options.allocate(functions.length) : 0;
  if (firstId === null) return { skipped: 'budget' };
  const lineStarts = lineStartsOf(source);
  const insertions: Insertion[] = [];
  const described = functions.map((f, i) => {
    const timed = insertInto(f.node, firstId + i, source, insertions);
    return describe(f, firstId + i, timed, lineStarts);
  });
  const sorted = inOrder(insertions);
  return {
    code: applyInsertions(source, sorted),
    functions: described,
    get map() {
      return insertionMap(source, sorted, lineStarts, options.path);
    },
  };
}

function reasonToSkip(source: string): SkipReason | null {
  if (source.length > LARGEST_TEXT) return 'too large';
  if (RESERVED.test(source)) return 'reserved name';
  if (/["']use asm["']/.test(source)) return 'asm.js';
  if (source.length > 20_000 && source.length / (source.split('\n').length + 1) > DENSEST_LINE) return 'minified';
  return null;
}

function parseProgram(source: string, format: 'module' | 'commonjs'): EstreeNode {
  const sourceType = format === 'module' ? 'module' : 'commonjs';
  return parse(source, { sourceType, next: true, ranges: true, webcompat: true }) as unknown as EstreeNode;
}

function contains(node: EstreeNode, type: string): boolean {
  let found = node.type === type;
  forEachChild(node, (child) => {
    found ||= contains(child, type);
  });
  return found;
}

/** Adds a function's insertions; true where it is timed. */
function insertInto(node: EstreeNode, id: number, source: string, insertions: Insertion[]): boolean {
  const body = node.body as EstreeNode;
  const facts = readBody(node);
  const timed = facts.canBeSlow && facts.mayMoveIntoBlock && !node.generator;
  if (body.type !== 'BlockStatement') {
    const { open, close } = timed ? timedExpression(id, node.async) : countedExpression(id);
    insertions.push({ at: behindArrow(node, source), text: open }, { at: node.end, text: close });
    return timed;
  }
  const start = behindDirectives(body);
  // A directive without a semicolon of its own would run on into what is inserted.
  const separator = start > body.start + 1 && source[start - 1] !== ';' ? ';' : '';
  if (!timed) {
    insertions.push({ at: start, text: countedBlock(id, separator) });
    return false;
  }
  const last = body.body.at(-1)?.type;
  const { open, close } = timedBlock(
    id,
    node.async,
    separator,
    last !== 'ReturnStatement' && last !== 'ThrowStatement',
  );
  insertions.push({ at: start, text: open }, { at: body.end - 1, text: close });
  for (const statement of facts.returns) insertIntoReturn(statement, node.async, source, insertions);
  return true;
}

function insertIntoReturn(
  { node: statement, isInsideTryFinally }: Return,
  isAsync: boolean,
  source: string,
  insertions: Insertion[],
): void {
  const behindKeyword = statement.start + 'return'.length;
  const argument = statement.argument as EstreeNode | null;
  if (argument === null) {
    const needsSemicolon = source[statement.end - 1] !== ';';
    insertions.push({ at: behindKeyword, text: returnNothing(needsSemicolon) });
    return;
  }
  const { open, close } = isAsync && isInsideTryFinally ? RETURN_WITHOUT_VALUE : RETURN_VALUE;
  insertions.push({ at: behindKeyword, text: open }, { at: argument.end, text: close });
}

/** Offset behind the "{" and the directives of a body. */
function behindDirectives(body: EstreeNode): number {
  let at = body.start + 1;
  for (const statement of body.body as EstreeNode[]) {
    if (statement.directive === undefined) break;
    at = statement.end;
  }
  return at;
}

/** Offset behind the "=>" of an arrow function whose body is an expression. */
function behindArrow(node: EstreeNode, source: string): number {
  const parameters = node.params as EstreeNode[];
  let at = parameters.length > 0 ? parameters.at(-1)!.end : node.start;
  for (;;) {
    at = firstTokenAt(source, at);
    if (source.startsWith('=>', at)) return at + 2;
    at++;
  }
}

/** Offset of the first character at or behind `at` that is neither white space nor in a comment. */
function firstTokenAt(source: string, at: number): number {
  const trivia = /(?:\s|\/\/[^\n\r\u2028\u2029]*|\/\*[\s\S]*?\*\/)*/y;
  trivia.lastIndex = at;
  trivia.exec(source);
  return trivia.lastIndex;
}

/** By offset. Only closings share one (x => y => z), and the inner function's, pushed later, come first. */
function inOrder(insertions: Insertion[]): Insertion[] {
  const ordered = insertions.map((insertion, order) => ({ insertion, order }));
  ordered.sort((a, b) => a.insertion.at - b.insertion.at || b.order - a.order);
  return ordered.map(({ insertion }) => insertion);
}

function applyInsertions(source: string, insertions: Insertion[]): string {
  let code = '';
  let from = 0;
  for (const { at, text } of insertions) {
    code += source.slice(from, at) + text;
    from = at;
  }
  return code + source.slice(from);
}

function describe(f: EstreeFunction, id: number, timed: boolean, lineStarts: number[]): InstrumentedFunction {
  const { name, ordinal, kind, nameStart, node } = f;
  const line = lineAt(lineStarts, nameStart);
  const column = nameStart - lineStarts[line]!;
  return { id, name, ordinal, kind, offset: nameStart, line, column, isAsync: node.async === true, timed };
}
