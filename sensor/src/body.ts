// What has to be known about a function's own body (not of functions nested in it) before text goes into it:
// can it be slow by itself, may it move into a block, where does it return.

import { type EstreeNode, forEachChild, isFunctionNode } from '@prodlens/syntax/estree';

export interface Body {
  /** A loop, a call, an await or a throw: worth timing. Without one, its time shows in its callers. */
  canBeSlow: boolean;
  /** False where a block around the body would change what its declarations mean. */
  mayMoveIntoBlock: boolean;
  returns: EstreeNode[];
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
  const returns: EstreeNode[] = [];
  const variables = new Set<string>();
  let canBeSlow = false;
  let hasDirectEval = false;
  const visit = (node: EstreeNode) => {
    if (SLOW.has(node.type)) canBeSlow = true;
    if (node.type === 'ReturnStatement') returns.push(node);
    if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'eval') {
      hasDirectEval = true;
    }
    if (node.type === 'VariableDeclaration' && node.kind === 'var') {
      for (const declarator of node.declarations) collectNames(declarator.id, variables);
    }
    if (isFunctionNode(node)) return;
    forEachChild(node, visit);
  };
  visit(functionNode.body);
  return { canBeSlow, returns, mayMoveIntoBlock: mayMove(functionNode.body, variables, hasDirectEval) };
}

/**
 * In a block, a function declaration is scoped like `let`: it must not share its name with another, with a `var`,
 * or be reached by a direct eval.
 */
function mayMove(body: EstreeNode, variables: Set<string>, hasDirectEval: boolean): boolean {
  if (body.type !== 'BlockStatement') return true;
  const names = new Set<string>();
  for (const statement of body.body as EstreeNode[]) {
    if (statement.type === 'LabeledStatement') {
      if (statement.body.type === 'FunctionDeclaration') return false;
      continue;
    }
    if (statement.type !== 'FunctionDeclaration') continue;
    const name = statement.id.name;
    if (hasDirectEval || name === 'arguments' || names.has(name) || variables.has(name)) return false;
    names.add(name);
  }
  return true;
}

function collectNames(pattern: EstreeNode, into: Set<string>): void {
  if (pattern.type === 'Identifier') into.add(pattern.name);
  else forEachChild(pattern, (child) => collectNames(child, into));
}
