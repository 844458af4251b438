// What has to be known about a function's own body (not of functions nested in it) before text goes into it:
// can it be slow by itself, may it move into a block, where does it return, where is it suspended.

import { type EstreeNode, forEachChild, isFunctionNode } from '@prodlens/syntax/estree';
import { mayMove, type Names, namesOf, readNames } from './declarations.js';
import { type Slowness, slownessOf } from './slowness.js';

export interface Body {
  /** The highest of its nodes. */
  slowness: Slowness;
  /** Nodes of the syntax tree. */
  size: number;
  /** False where a block around the body would change what its declarations mean. */
  mayMoveIntoBlock: boolean;
  returns: Return[];
  awaits: EstreeNode[];
  /** Blocks to which a rejected await may jump: of a catch, of a finally. */
  landings: EstreeNode[];
  /** Catch clauses. */
  catches: EstreeNode[];
  /** Those with `await`, the outer before the inner. */
  loops: AwaitingLoop[];
  /** It has an `await using`, which is suspended where no text can go. */
  awaitsInHiding: boolean;
}

export interface AwaitingLoop {
  loop: EstreeNode;
  /** The same, with its labels. */
  statement: EstreeNode;
}

export interface Return {
  node: EstreeNode;
  /** A `finally` of the function runs after it, and may replace its value. */
  isInsideTryFinally: boolean;
}

/** Reads a function's body once. Linear in its own nodes. */
export function readBody(functionNode: EstreeNode): Body {
  const names = namesOf(functionNode);
  const body: Body = {
    slowness: 0,
    size: 0,
    mayMoveIntoBlock: true,
    returns: [],
    awaits: [],
    landings: [],
    catches: [],
    loops: [],
    awaitsInHiding: false,
  };
  visit(functionNode.body, false, body, names);
  body.mayMoveIntoBlock = mayMove(functionNode.body, names);
  return body;
}

/** `statement`: the node with its labels, if it is a statement. */
function visit(
  node: EstreeNode,
  isInsideTryFinally: boolean,
  into: Body,
  names: Names,
  statement: EstreeNode = node,
): void {
  into.size++;
  const slowness = slownessOf(node);
  if (slowness > into.slowness) into.slowness = slowness;
  readNames(node, names);
  if (isFunctionNode(node)) return;
  if (node.type === 'ReturnStatement') into.returns.push({ node, isInsideTryFinally });
  if (node.type === 'AwaitExpression') into.awaits.push(node);
  if (node.type === 'TryStatement') {
    visitTry(node, isInsideTryFinally, into, names);
    return;
  }
  if (node.await === true) into.loops.push({ loop: node, statement });
  if (node.kind === 'await using') into.awaitsInHiding = true;
  const hasLabel = node.type === 'LabeledStatement';
  forEachChild(node, (child) => visit(child, isInsideTryFinally, into, names, hasLabel ? statement : child));
}

function visitTry(
  { block, handler, finalizer }: EstreeNode,
  isInsideTryFinally: boolean,
  into: Body,
  names: Names,
): void {
  const inside = isInsideTryFinally || finalizer !== null;
  const before = into.awaits.length;
  visit(block, inside, into, names);
  const blockAwaits = into.awaits.length > before;
  if (handler) visit(handler, inside, into, names);
  if (handler) into.catches.push(handler);
  if (handler && blockAwaits) into.landings.push(handler.body);
  if (finalizer && into.awaits.length > before) into.landings.push(finalizer);
  if (finalizer) visit(finalizer, inside, into, names);
}
