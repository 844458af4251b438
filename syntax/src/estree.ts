// The functions of JavaScript as it will run, over an ESTree tree (the sensor's parser). Says where each function
// stands; naming.ts names it.

import type { FunctionKind } from '@prodlens/protocol';
import { nameFunctions, type Place, type Scope } from './naming.js';
import type { OutlinedFunction } from './outline.js';

/** An ESTree node with offsets. Only fields that are read are named; parsers differ in their own types. */
// biome-ignore lint/suspicious/noExplicitAny: an ESTree node has different fields for each type, and the parser's own types are not shared
export type EstreeNode = { type: string; start: number; end: number; [field: string]: any };

export type EstreeFunction = OutlinedFunction & { node: EstreeNode };

/** The functions of a program, in source order, each with its node. */
export function outlineEstree(program: EstreeNode): EstreeFunction[] {
  const roots: Scope<EstreeNode>[] = [];
  walk(program, [], roots);
  return nameFunctions(roots);
}

/** Calls back for each child node, in no promised order. */
export function forEachChild(node: EstreeNode, visit: (child: EstreeNode) => void): void {
  for (const field in node) {
    const value = node[field];
    if (typeof value !== 'object' || value === null) continue;
    if (Array.isArray(value)) {
      for (const item of value) if (isNode(item)) visit(item);
    } else if (isNode(value)) visit(value);
  }
}

/** A method is one by its value; a class is none. */
export function isFunctionNode(node: EstreeNode): boolean {
  return (
    node.type === 'FunctionDeclaration' || node.type === 'FunctionExpression' || node.type === 'ArrowFunctionExpression'
  );
}

function isNode(value: unknown): value is EstreeNode {
  return typeof value === 'object' && value !== null && typeof (value as EstreeNode).type === 'string';
}

function walk(node: EstreeNode, ancestors: EstreeNode[], siblings: Scope<EstreeNode>[]): void {
  const scope = scopeOf(node, ancestors);
  if (scope) siblings.push(scope);
  const inner = scope ? scope.children : siblings;
  ancestors.push(node);
  forEachChild(node, (child) => walk(child, ancestors, inner));
  ancestors.pop();
}

function scopeOf(node: EstreeNode, ancestors: EstreeNode[]): Scope<EstreeNode> | null {
  const isClass = node.type === 'ClassDeclaration' || node.type === 'ClassExpression';
  const isObject = node.type === 'ObjectExpression';
  if (!isClass && !isObject && !isFunctionNode(node)) return null;
  const { place, name, owner } = placeOf(node, ancestors);
  const start = owner?.start ?? node.start;
  return {
    node,
    kind: isClass ? 'class' : isObject ? 'object' : kindOf(node, owner),
    place,
    start,
    end: node.end,
    nameStart: name?.start ?? start,
    nameEnd: name?.end ?? start,
    children: [],
  };
}

function kindOf(node: EstreeNode, owner: EstreeNode | null): FunctionKind {
  if (node.type === 'ArrowFunctionExpression') return 'arrow';
  if (owner === null) return 'function';
  if (owner.kind === 'get') return 'getter';
  if (owner.kind === 'set') return 'setter';
  return owner.kind === 'constructor' ? 'constructor' : 'method';
}

interface Placed {
  place: Place;
  /** The node that is the name. */
  name: EstreeNode | null;
  /** The method definition or method property around a method's function. */
  owner: EstreeNode | null;
}

const TRANSPARENT = new Set([
  'ParenthesizedExpression',
  'AwaitExpression',
  'ConditionalExpression',
  'LogicalExpression',
  'SequenceExpression',
  'ChainExpression',
]);

/** What esbuild puts around a function, where it stands, so that minifiers do not take its name: __name(f, "f"). */
function keepsName(node: EstreeNode, value: EstreeNode): boolean {
  return node.type === 'CallExpression' && node.callee.name === '__name' && node.arguments[0] === value;
}

function placeOf(node: EstreeNode, ancestors: EstreeNode[]): Placed {
  if (node.id) return { place: { as: 'target', path: node.id.name }, name: node.id, owner: null };
  let depth = ancestors.length - 1;
  let value = node;
  while (depth >= 0 && (TRANSPARENT.has(ancestors[depth]!.type) || keepsName(ancestors[depth]!, value))) {
    value = ancestors[depth--]!;
  }
  const parent = ancestors[depth];
  const unknown: Placed = { place: { as: 'unknown' }, name: null, owner: null };
  if (!parent) return unknown;
  const target = (of: EstreeNode): Placed => ({
    place: { as: 'target', path: pathOf(of) },
    name: lastName(of),
    owner: null,
  });
  switch (parent.type) {
    case 'VariableDeclarator':
      return parent.id.type === 'Identifier' ? target(parent.id) : unknown;
    case 'AssignmentExpression':
    case 'AssignmentPattern':
      return parent.right === value && isPath(parent.left) ? target(parent.left) : unknown;
    case 'Property':
    case 'MethodDefinition':
    case 'PropertyDefinition':
      return parent.value === value ? placeOfMember(parent, node) : unknown;
    case 'ReturnStatement':
    case 'ArrowFunctionExpression':
      return { place: { as: 'return' }, name: null, owner: null };
    case 'ExportDefaultDeclaration':
      return { place: { as: 'default' }, name: null, owner: null };
    case 'CallExpression':
    case 'NewExpression':
      return { place: placeInCall(parent, value), name: null, owner: null };
    default:
      return unknown;
  }
}

function placeOfMember(member: EstreeNode, node: EstreeNode): Placed {
  const isMethod =
    member.type === 'MethodDefinition' || member.method || member.kind === 'get' || member.kind === 'set';
  return {
    place: { as: 'target', path: keyOf(member) },
    name: member.key,
    owner: isMethod && isFunctionNode(node) ? member : null,
  };
}

function placeInCall(call: EstreeNode, value: EstreeNode): Place {
  if (call.callee === value) return { as: 'iife' };
  const first = call.arguments[0];
  return {
    as: 'argument',
    callee: pathOf(call.callee),
    string: first?.type === 'Literal' && typeof first.value === 'string' ? first.value : templateText(first),
    index: call.arguments.indexOf(value),
  };
}

function templateText(node: EstreeNode | undefined): string | null {
  return node?.type === 'TemplateLiteral' && node.quasis.length === 1 ? node.quasis[0].value.cooked : null;
}

function keyOf(member: EstreeNode): string {
  const key = member.key as EstreeNode;
  if (member.computed) return `[${key.type === 'Literal' ? String(key.value) : pathOf(key)}]`;
  if (key.type === 'Literal') return String(key.value);
  return key.type === 'PrivateIdentifier' ? `#${key.name}` : key.name;
}

function isPath(node: EstreeNode): boolean {
  return node.type === 'Identifier' || node.type === 'MemberExpression';
}

function lastName(node: EstreeNode): EstreeNode {
  return node.type === 'MemberExpression' ? node.property : node;
}

/** The dotted path of an expression; "?" stands for a part that is none. */
function pathOf(node: EstreeNode): string {
  switch (node.type) {
    case 'Identifier':
      return node.name;
    case 'PrivateIdentifier':
      return `#${node.name}`;
    case 'ThisExpression':
      return 'this';
    case 'Super':
      return 'super';
    case 'MemberExpression':
      return node.computed
        ? `${pathOf(node.object)}[${node.property.type === 'Literal' ? String(node.property.value) : pathOf(node.property)}]`
        : `${pathOf(node.object)}.${pathOf(node.property)}`;
    case 'CallExpression':
      return `${pathOf(node.callee)}()`;
    case 'ParenthesizedExpression':
    case 'ChainExpression':
      return pathOf(node.expression);
    case 'SequenceExpression':
      return pathOf(node.expressions.at(-1));
    default:
      return '?';
  }
}
