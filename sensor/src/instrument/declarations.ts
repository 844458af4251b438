// Whether a block may be put around a function's body. In a block, a function declaration is scoped like `let`: it
// must not share its name with another, with a parameter or a `var`, or be reached by a direct eval; and a `let` may
// not share one that it could not share before.

import { type EstreeNode, forEachChild } from '@prodlens/syntax/estree';

/** Names that a function declares, as far as they are read. */
export interface Names {
  parametersAndVariables: Set<string>;
  /** Function declarations in blocks of the body, which outside strict mode reach out of them. */
  nestedFunctions: Set<string>;
  /** Statements of the body itself. */
  topLevel: Set<EstreeNode>;
  hasDirectEval: boolean;
}

/** The names of a function's parameters; those of its body's nodes are added by readNames. */
export function namesOf({ params, body }: EstreeNode): Names {
  const parametersAndVariables = new Set<string>();
  for (const parameter of params) collectNames(parameter, parametersAndVariables);
  const topLevel = new Set<EstreeNode>(Array.isArray(body.body) ? body.body : []);
  return { parametersAndVariables, nestedFunctions: new Set(), topLevel, hasDirectEval: false };
}

/** Adds what one node of the body declares. */
export function readNames(node: EstreeNode, names: Names): void {
  if (node.type === 'CallExpression' && node.callee.type === 'Identifier' && node.callee.name === 'eval') {
    names.hasDirectEval = true;
  }
  if (node.type === 'VariableDeclaration' && node.kind === 'var') {
    for (const declarator of node.declarations) collectNames(declarator.id, names.parametersAndVariables);
  }
  if (node.type === 'FunctionDeclaration' && !names.topLevel.has(node)) names.nestedFunctions.add(node.id.name);
}

/** Whether a block may be put around `body`, of a function with these names. */
export function mayMove(body: EstreeNode, { parametersAndVariables, nestedFunctions, hasDirectEval }: Names): boolean {
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
