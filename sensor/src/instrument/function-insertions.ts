// What goes into one function: which shape it gets, and at which offsets of the source its parts stand.

import type { EstreeNode } from '@prodlens/syntax/estree';
import { type AwaitingLoop, type Body, type Return, readBody } from './body.js';
import type { Insertions } from './insertions.js';
import type { Timing } from './instrument.js';
import { parametersOf } from './parameters.js';
import type { Probe } from './probe.js';
import {
  AWAIT,
  CATCH_PARAMETER,
  CAUGHT_NAME,
  caught,
  countedBlock,
  countedExpression,
  type Flow,
  hasProbedEnd,
  LOOP,
  LOOP_BODY,
  LOOP_OVER,
  notesReturns,
  probed,
  RESUMED,
  RETURN_VALUE,
  RETURN_WITHOUT_VALUE,
  returnNothing,
  type Timed,
  timedBlock,
  timedExpression,
} from './shapes.js';

/** Where insertions of one function go. */
export interface Target {
  source: string;
  insertions: Insertions;
  /** Index of the function. */
  of: number;
}

/**
 * Of packages, functions with a loop that have no more nodes are counted: their time is in that of their callers. About what
 * V8 inlines at all, which are 460 bytes of bytecode.
 */
const SMALL = 140;

/** Adds a function's insertions, with its id as it is to be written. */
export function insertInto(
  node: EstreeNode,
  target: Target,
  id: string,
  timing: Timing,
  probe: Probe | null = null,
): { timed: boolean; probed: boolean } {
  const facts = readBody(node);
  const wanted = probe !== null && canBeProbed(node, facts, probe) ? probe : null;
  const timed = facts.mayMoveIntoBlock && (wanted?.around === true || isTimed(node, facts, timing));
  if (handsOver(timing)) insertIntoCatches(facts, target, id);
  const parameters = handsOver(timing) ? parametersOf(node) : [];
  const shape = { id, flow: flowOf(node, facts), parameters };
  if (node.body.type === 'BlockStatement') insertIntoBlock(node, target, shape, timed ? facts : null, wanted);
  else insertIntoExpression(node, target, shape, timed ? facts : null);
  return { timed, probed: wanted !== null };
}

/** An arrow function has no arguments of its own, and a derived constructor no `this` at its start. */
function canBeProbed(node: EstreeNode, facts: Body, { around }: Probe): boolean {
  if (node.type === 'ArrowFunctionExpression' || node.body.type !== 'BlockStatement') return false;
  return !around || (facts.mayMoveIntoBlock && hasProbedEnd(flowOf(node, facts)));
}

/** Whether functions hand over their arguments and what they catch: not those of packages. */
export function handsOver(timing: Timing): boolean {
  return timing !== 'working';
}

function isTimed(node: EstreeNode, { slowness, size }: Body, timing: Timing): boolean {
  if (timing === 'all') return true;
  // An async function that calls may return the promise of what it called: its duration is that of the promise.
  if (timing === 'calling' || node.async) return slowness >= 1;
  return slowness === 3 || (slowness === 2 && size > SMALL);
}

function flowOf(node: EstreeNode, { awaitsInHiding }: Body): Flow {
  if (node.generator) return 'generator';
  if (!node.async) return 'sync';
  return awaitsInHiding ? 'detached' : 'async';
}

/** `facts` null: counted only. */
function insertIntoExpression(node: EstreeNode, target: Target, shape: Timed, facts: Body | null): void {
  const { open, close } = facts ? timedExpression(shape) : countedExpression(shape.id);
  insertAround(target, behindArrow(node, target.source), open, node.end, close);
  if (facts) insertIntoAwaits(node, facts, target);
}

function insertIntoBlock(
  node: EstreeNode,
  target: Target,
  shape: Timed,
  facts: Body | null,
  probe: Probe | null,
): void {
  const body = node.body as EstreeNode;
  const start = behindDirectives(body);
  if (probe) insertBehind(target, start, probed(probe.id, probe.around));
  // A directive without a semicolon of its own would run on into what is inserted.
  const separator = start > body.start + 1 && target.source[start - 1] !== ';' ? ';' : '';
  if (!facts) {
    insertBehind(target, start, countedBlock(shape.id, separator));
    return;
  }
  const last = body.body.at(-1)?.type;
  const fallsOffTheEnd = last !== 'ReturnStatement' && last !== 'ThrowStatement';
  const { open, close } = timedBlock(shape, separator, fallsOffTheEnd, probe?.around);
  insertAround(target, start, open, body.end - 1, close);
  if (shape.flow === 'async') for (const loop of facts.loops) insertIntoLoop(loop, target);
  if (notesReturns(shape.flow)) for (const statement of facts.returns) insertIntoReturn(statement, node.async, target);
  insertIntoAwaits(node, facts, target);
}

function insertIntoReturn({ node: statement, isInsideTryFinally }: Return, isAsync: boolean, target: Target): void {
  const behindKeyword = statement.start + 'return'.length;
  const hasSemicolon = target.source[statement.end - 1] === ';';
  if (statement.argument === null) {
    insertBehind(target, behindKeyword, returnNothing(!hasSemicolon));
    return;
  }
  const { open, close } = isAsync && isInsideTryFinally ? RETURN_WITHOUT_VALUE : RETURN_VALUE;
  insertAround(target, behindKeyword, open, hasSemicolon ? statement.end - 1 : statement.end, close);
}

function insertIntoCatches({ catches }: Body, target: Target, id: string): void {
  for (const { start, param, body } of catches) {
    // What is taken apart has no name.
    if (param && param.type !== 'Identifier') continue;
    if (!param) insertBehind(target, start + 'catch'.length, CATCH_PARAMETER);
    insertBehind(target, body.start + 1, caught(id, param?.name ?? CAUGHT_NAME));
  }
}

function insertIntoAwaits(node: EstreeNode, facts: Body, target: Target): void {
  if (flowOf(node, facts) !== 'async') return;
  for (const block of facts.landings) insertBehind(target, block.start + 1, RESUMED);
  for (const { start, end } of facts.awaits) {
    insertAround(target, start, AWAIT.open, end, AWAIT.close);
    insertBehind(target, start + 'await'.length, AWAIT.keyword);
  }
}

/** The loop waits for what it goes through, out of sight, but not in its body; it may be left from there in any way. */
function insertIntoLoop({ loop, statement }: AwaitingLoop, target: Target): void {
  const right = loop.right as EstreeNode;
  const body = loop.body as EstreeNode;
  target.insertions.openings.push({ at: statement.start, text: LOOP.open, of: target.of });
  target.insertions.closings.push({ at: statement.end, text: LOOP.close, of: target.of, endsStatement: true });
  insertAround(target, right.start, LOOP_OVER.open, right.end, LOOP_OVER.close);
  insertAround(target, body.start, LOOP_BODY.open, body.end, LOOP_BODY.close);
}

function insertAround({ insertions, of }: Target, start: number, open: string, end: number, close: string): void {
  insertions.openings.push({ at: start, text: open, of });
  insertions.closings.push({ at: end, text: close, of });
}

function insertBehind({ insertions, of }: Target, at: number, text: string): void {
  insertions.openings.push({ at, text, of });
}

/** Offset behind the "{" and the directives of a body. */
function behindDirectives(body: EstreeNode): number {
  return endOfDirectives(body) ?? body.start + 1;
}

/** Offset behind "#!" and the directives of a program. */
export function startOfStatements(program: EstreeNode, source: string): number {
  return endOfDirectives(program) ?? /^(?:#!.*\r?\n?)?/.exec(source)![0].length;
}

function endOfDirectives(body: EstreeNode): number | null {
  let end: number | null = null;
  for (const statement of body.body as EstreeNode[]) {
    if (statement.directive === undefined) break;
    end = statement.end;
  }
  return end;
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
