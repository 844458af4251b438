// The functions of the source being edited, over the TypeScript compiler's tree (the language server's parser),
// which takes half-typed files. Says where each function stands; naming.ts names it. Never throws.

import type { FunctionKind } from '@prodlens/protocol';
import ts from 'typescript';
import { type FingerprintedFunction, fingerprintFunctions } from './fingerprint.js';
import { nameFunctions, type Place, type Scope } from './naming.js';
import type { OutlinedFunction } from './outline.js';
import { scriptOf } from './script-blocks.js';
import { tokensOf } from './tokens.js';
import { leavesOf, partsOf } from './typescript-leaves.js';

/**
 * The functions with a body of a TypeScript, TSX, JavaScript or JSX text, or of the scripts in a Vue or Svelte one, in
 * source order. Linear.
 */
export function outlineTypeScript(text: string, fileName: string): OutlinedFunction[] {
  return functionsIn(parse(text, fileName)).map(({ node: _, ...outlined }) => outlined);
}

/** The same with what their texts are. `broken`: the text does not parse, as when it is half typed. */
export function fingerprintTypeScript(
  text: string,
  fileName: string,
): { functions: FingerprintedFunction[]; broken: boolean } {
  const file = parse(text, fileName);
  const functions = functionsIn(file).map(({ node, ...outlined }) => {
    return { ...outlined, parts: partsOf(node as ts.FunctionLikeDeclaration, file) };
  });
  const { parseDiagnostics = [] } = file as ts.SourceFile & { parseDiagnostics?: unknown[] };
  return {
    functions: fingerprintFunctions(functions, tokensOf(file.text, leavesOf(file))),
    broken: parseDiagnostics.length > 0,
  };
}

function parse(text: string, fileName: string): ts.SourceFile {
  const { script, extension } = scriptOf(text, fileName);
  return ts.createSourceFile(fileName, script, ts.ScriptTarget.Latest, true, scriptKind(extension));
}

function functionsIn(file: ts.SourceFile): (OutlinedFunction & { node: ts.Node })[] {
  const roots: Scope<ts.Node>[] = [];
  walk(file, file, roots);
  return nameFunctions(roots);
}

function scriptKind(extension: string): ts.ScriptKind {
  if (extension === 'tsx') return ts.ScriptKind.TSX;
  return /^[cm]?ts$/.test(extension) ? ts.ScriptKind.TS : ts.ScriptKind.JSX;
}

function walk(node: ts.Node, file: ts.SourceFile, siblings: Scope<ts.Node>[]): void {
  const scope = scopeOf(node, file);
  if (scope) siblings.push(scope);
  ts.forEachChild(node, (child) => walk(child, file, scope ? scope.children : siblings));
}

function scopeOf(node: ts.Node, file: ts.SourceFile): Scope<ts.Node> | null {
  const kind = kindOf(node);
  if (kind === null) return null;
  const { place, name } = placeOf(node);
  const start = node.getStart(file);
  return {
    node,
    kind,
    place,
    start,
    end: node.end,
    nameStart: name ? name.getStart(file) : start,
    nameEnd: name ? name.end : start,
    children: [],
  };
}

function kindOf(node: ts.Node): FunctionKind | 'class' | 'object' | null {
  if (ts.isClassLike(node)) return 'class';
  if (ts.isObjectLiteralExpression(node)) return 'object';
  if (!ts.isFunctionLike(node) || !('body' in node) || !node.body) return null;
  if (ts.isArrowFunction(node)) return 'arrow';
  if (ts.isConstructorDeclaration(node)) return 'constructor';
  if (ts.isGetAccessor(node)) return 'getter';
  if (ts.isSetAccessor(node)) return 'setter';
  return ts.isMethodDeclaration(node) ? 'method' : 'function';
}

interface Placed {
  place: Place;
  name: ts.Node | null;
}

const UNKNOWN: Placed = { place: { as: 'unknown' }, name: null };

function placeOf(node: ts.Node): Placed {
  if (ts.isConstructorDeclaration(node)) {
    return { place: { as: 'target', path: 'constructor' }, name: constructorKeyword(node) };
  }
  const own = (node as Partial<ts.NamedDeclaration>).name;
  if (own)
    return { place: { as: 'target', path: keyOf(own) }, name: ts.isComputedPropertyName(own) ? own.expression : own };
  if (ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) {
    return { place: { as: 'default' }, name: null };
  }
  return placeOfExpression(node);
}

function placeOfExpression(node: ts.Node): Placed {
  let value = node;
  while (isTransparent(value.parent)) value = value.parent;
  const parent = value.parent;
  if (ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) {
    return ts.isIdentifier(parent.name) ? target(parent.name) : UNKNOWN;
  }
  if (ts.isBinaryExpression(parent))
    return parent.right === value && isPath(parent.left) ? target(parent.left) : UNKNOWN;
  if (ts.isPropertyAssignment(parent) || ts.isPropertyDeclaration(parent)) {
    return parent.initializer === value
      ? { place: { as: 'target', path: keyOf(parent.name) }, name: parent.name }
      : UNKNOWN;
  }
  if (ts.isReturnStatement(parent) || ts.isArrowFunction(parent)) return { place: { as: 'return' }, name: null };
  if (ts.isExportAssignment(parent)) {
    const place: Place = parent.isExportEquals ? { as: 'target', path: 'module.exports' } : { as: 'default' };
    return { place, name: null };
  }
  if (ts.isCallExpression(parent) || ts.isNewExpression(parent))
    return { place: placeInCall(parent, value), name: null };
  return UNKNOWN;
}

function isTransparent(node: ts.Node): boolean {
  return (
    ts.isParenthesizedExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node) ||
    ts.isTypeAssertionExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAwaitExpression(node) ||
    ts.isConditionalExpression(node) ||
    (ts.isBinaryExpression(node) && TRANSPARENT_OPERATORS.has(node.operatorToken.kind))
  );
}

const TRANSPARENT_OPERATORS = new Set([
  ts.SyntaxKind.BarBarToken,
  ts.SyntaxKind.AmpersandAmpersandToken,
  ts.SyntaxKind.QuestionQuestionToken,
  ts.SyntaxKind.CommaToken,
]);

function target(node: ts.Node): Placed {
  const name = ts.isPropertyAccessExpression(node)
    ? node.name
    : ts.isElementAccessExpression(node)
      ? node.argumentExpression
      : node;
  return { place: { as: 'target', path: pathOf(node) }, name };
}

function placeInCall(call: ts.CallExpression | ts.NewExpression, value: ts.Node): Place {
  if (call.expression === value) return { as: 'iife' };
  const first = call.arguments?.[0];
  return {
    as: 'argument',
    callee: pathOf(call.expression),
    string: first && ts.isStringLiteralLike(first) ? first.text : null,
    index: call.arguments?.indexOf(value as ts.Expression) ?? -1,
  };
}

function constructorKeyword(node: ts.ConstructorDeclaration): ts.Node | null {
  return node.getChildren().find((child) => child.kind === ts.SyntaxKind.ConstructorKeyword) ?? null;
}

function keyOf(name: ts.Node): string {
  if (ts.isComputedPropertyName(name)) {
    const of = name.expression;
    return `[${ts.isStringLiteralLike(of) || ts.isNumericLiteral(of) ? of.text : pathOf(of)}]`;
  }
  if (
    ts.isIdentifier(name) ||
    ts.isPrivateIdentifier(name) ||
    ts.isStringLiteralLike(name) ||
    ts.isNumericLiteral(name)
  ) {
    return name.text;
  }
  return '?';
}

function isPath(node: ts.Node): boolean {
  return ts.isIdentifier(node) || ts.isPropertyAccessExpression(node) || ts.isElementAccessExpression(node);
}

/** The dotted path of an expression; "?" stands for a part that is none. */
function pathOf(node: ts.Node): string {
  if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) return node.text;
  if (node.kind === ts.SyntaxKind.ThisKeyword) return 'this';
  if (node.kind === ts.SyntaxKind.SuperKeyword) return 'super';
  if (ts.isPropertyAccessExpression(node)) return `${pathOf(node.expression)}.${pathOf(node.name)}`;
  if (ts.isElementAccessExpression(node)) {
    const key = node.argumentExpression;
    return `${pathOf(node.expression)}[${ts.isStringLiteralLike(key) || ts.isNumericLiteral(key) ? key.text : pathOf(key)}]`;
  }
  if (ts.isCallExpression(node)) return `${pathOf(node.expression)}()`;
  if (
    ts.isParenthesizedExpression(node) ||
    ts.isNonNullExpression(node) ||
    ts.isAsExpression(node) ||
    ts.isSatisfiesExpression(node)
  ) {
    return pathOf(node.expression);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.CommaToken) return pathOf(node.right);
  return '?';
}
