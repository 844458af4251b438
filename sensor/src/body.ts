// What has to be known about a function's own body (not of functions nested in it) before text goes into it:
// can it be slow by itself, may it move into a block, where does it return.

import { type EstreeNode, forEachChild, isFunctionNode } from '@prodlens/syntax/estree';

export interface Body {
  /** A loop, a call, an await or a throw: worth timing. Without one, its time shows in its callers. */
  canBeSlow: boolean;
  /** False where a block around the body would change what its declarations mean. */
  mayMoveIntoBlock: boolean;
  returns: Return[];
}

export interface Return {
  node: EstreeNode;
  /** A `finally` of the function runs after it, and may replace its value. */
  isInsideTryFinally: boolean;
}

const SLOW = new Set([
  'CallExpression',
  'NewExpression',
  'TaggedTemplateExpression',
  'ImportExpression',
  'AwaitExpression',
  'ForStatement',
  'ForInStatement',
  'ForOfStatement',
  'WhileStatement',
  'DoWhileStatement',
  'ThrowStatement',
  'TryStatement',
]);

/** Reads a function's body once. Linear in its own nodes. */
export function readBody(functionNode: EstreeNode): Body {
  const returns: Return[] = [];
  const names: Names = { parametersAndVariables: new Set(), nestedFunctions: new Set(), hasDirectEval: false };
  let canBeSlow = false;
  const visit = (node: EstreeNode, isInsideTryFinally: boolean) => {
    if (SLOW.has(node.type)) canBeSlow = true;
    if (node.type === 'ReturnStatement') returns.push({ node, isInsideTryFinally });
    collectFrom(node, functionNode.body, names);
    if (isFunctionNode(node)) return;
    const inside = isInsideTryFinally || (node.type === 'TryStatement' && node.finalizer !== null);
    forEachChild(node, (child) => visit(child, inside));
  };
  for (const parameter of functionNode.params) collectNames(parameter, names.parametersAndVariables);
  visit(functionNode.body, false);
  return { canBeSlow, returns, mayMoveIntoBlock: mayMove(functionNode.body, names) };
}

interface Names {
  parametersAndVariables: Set<string>;
  /** Function declarations in blocks of the body, which outside strict mode reach out of them. */
  nestedFunctions: Set<string>;
  hasDirectEval: boolean;
}

function collectFrom(node: EstreeNode, body: EstreeNode, names: Names): void {
  if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'eval') {
    names.hasDirectEval = true;
  }
  if (node.type === 'VariableDeclaration' && node.kind === 'var') {
    for (const declarator of node.declarations) collectNames(declarator.id, names.parametersAndVariables);
  }
  const isTopLevel = Array.isArray(body.body) && body.body.includes(node);
  if (node.type === 'FunctionDeclaration' && !isTopLevel) names.nestedFunctions.add(node.id.name);
}

/**
 * In a block, a function declaration is scoped like `let`: it must not share its name with another, with a parameter
 * or a `var`, or be reached by a direct eval; and a `let` may not share one that it could not share before.
 */
function mayMove(body: EstreeNode, { parametersAndVariables, nestedFunctions, hasDirectEval }: Names): boolean {
  if (body.type !== 'BlockStatement') return true;
  const taken = new Set([...parametersAndVariables, ...nestedFunctions, 'arguments']);
  for (const statement of body.body as EstreeNode[]) {
    if (statement.type === 'LabeledStatement' && statement.body.type === 'FunctionDeclaration') return false;
    if (statement.type === 'FunctionDeclaration' && hasDirectEval) return false;
    for (const name of declaredNames(statement)) {
      if (taken.has(name)) return false;
      taken.add(name);
    }
  }
  return true;
}

/** Names that a statement declares in its block: functions, classes, let and const. */
function declaredNames(statement: EstreeNode): Set<string> {
  const names = new Set<string>();
  if (statement.type === 'FunctionDeclaration' || statement.type === 'ClassDeclaration') names.add(statement.id.name);
  if (statement.type === 'VariableDeclaration' && statement.kind !== 'var') {
    for (const declarator of statement.declarations) collectNames(declarator.id, names);
  }
  return names;
}

/** Identifiers of a pattern; also those in its default values, which does no harm. */
function collectNames(pattern: EstreeNode, into: Set<string>): void {
  if (pattern.type === 'Identifier') into.add(pattern.name);
  else forEachChild(pattern, (child) => collectNames(child, into));
}
