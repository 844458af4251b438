// Names, literals, types and the parts of functions in the TypeScript compiler's tree, for tokens.ts and
// fingerprint.ts. Types and what only types know (modifiers, overloads, assertions) are marked as skipped.

import ts from 'typescript';
import type { FunctionParts } from './fingerprint.js';
import { LEAF, type Leaf, type LeafKind } from './tokens.js';

/** Offsets in UTF-16 units. `this` as a parameter does not count. The function must have a body. */
export function partsOf(node: ts.FunctionLikeDeclaration, file: ts.SourceFile): FunctionParts {
  const body = node.body!;
  const parameters = node.parameters.filter((parameter) => !isThis(parameter));
  const bodyStart = body.getStart(file);
  return {
    arity: parameters.length,
    parametersStart: parameters[0]?.getStart(file) ?? bodyStart,
    parametersEnd: parameters.at(-1)?.end ?? bodyStart,
    bodyStart,
    bodyEnd: body.end,
    isExpression: !ts.isBlock(body),
  };
}

/** In the order of the text; offsets in UTF-16 units. */
export function leavesOf(file: ts.SourceFile): Leaf[] {
  const leaves: Leaf[] = [];
  const skip = (start: number, end: number) => leaves.push({ kind: LEAF.skipped, start, end });
  const visit = (node: ts.Node): void => {
    const kind = leafKindOf(node);
    if (kind !== null) {
      const template = kind === LEAF.literal && isTemplatePart(node);
      const start = node.getStart(file) + (template ? 1 : 0);
      const end = node.end - (template ? (ts.isTemplateHead(node) || ts.isTemplateMiddle(node) ? 2 : 1) : 0);
      if (end > start) leaves.push({ kind, start, end });
      return;
    }
    if (isOnlyForTypes(node)) {
      skip(node.getStart(file), node.end);
      return;
    }
    skipTypesOf(node, file, skip);
    ts.forEachChild(node, visit);
  };
  visit(file);
  return leaves;
}

function leafKindOf(node: ts.Node): LeafKind | null {
  if (ts.isIdentifier(node)) return ts.isMetaProperty(node.parent) ? null : kindOfName(node);
  if (ts.isPrivateIdentifier(node)) return LEAF.property;
  if (ts.isStringLiteral(node)) return LEAF.string;
  if (ts.isLiteralExpression(node) || isTemplatePart(node)) return LEAF.literal;
  return node.kind === ts.SyntaxKind.JsxText ? LEAF.literal : null;
}

function isTemplatePart(node: ts.Node): boolean {
  return ts.isNoSubstitutionTemplateLiteral(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node);
}

function kindOfName(node: ts.Identifier): LeafKind {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node ? LEAF.property : LEAF.reference;
  if (ts.isBindingElement(parent)) {
    return parent.name === node ? LEAF.binding : parent.propertyName === node ? LEAF.property : LEAF.reference;
  }
  const named = parent as Partial<ts.NamedDeclaration>;
  if (named.name !== node || ts.isShorthandPropertyAssignment(parent)) return LEAF.reference;
  const declares =
    ts.isVariableDeclaration(parent) ||
    ts.isParameter(parent) ||
    ts.isFunctionDeclaration(parent) ||
    ts.isFunctionExpression(parent) ||
    ts.isClassLike(parent);
  return declares ? LEAF.binding : LEAF.property;
}

function isOnlyForTypes(node: ts.Node): boolean {
  return (
    (ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node)) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isTypeParameterDeclaration(node) ||
    ts.isIndexSignatureDeclaration(node) ||
    (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) ||
    (ts.isParameter(node) && isThis(node)) ||
    isWithoutBody(node) ||
    TYPE_MODIFIERS.has(node.kind)
  );
}

/** An overload, an abstract method, or what is declared only. */
function isWithoutBody(node: ts.Node): boolean {
  if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node) || ts.isConstructorDeclaration(node))
    return !node.body;
  return ts.canHaveModifiers(node) && node.modifiers?.some((m) => m.kind === ts.SyntaxKind.DeclareKeyword) === true;
}

const TYPE_MODIFIERS = new Set([
  ts.SyntaxKind.PrivateKeyword,
  ts.SyntaxKind.ProtectedKeyword,
  ts.SyntaxKind.PublicKeyword,
  ts.SyntaxKind.ReadonlyKeyword,
  ts.SyntaxKind.OverrideKeyword,
  ts.SyntaxKind.AbstractKeyword,
]);

/** The punctuation around types: a colon, a question mark, "as", angle brackets. */
function skipTypesOf(node: ts.Node, file: ts.SourceFile, skip: (start: number, end: number) => void): void {
  if (ts.isParameter(node) || ts.isVariableDeclaration(node) || ts.isPropertyDeclaration(node)) {
    const marked = 'exclamationToken' in node ? node.exclamationToken : undefined;
    const question = 'questionToken' in node ? node.questionToken : undefined;
    const end = node.type?.end ?? question?.end ?? marked?.end;
    if (end !== undefined) skip(node.name.end, end);
  } else if (ts.isAsExpression(node) || ts.isSatisfiesExpression(node) || ts.isNonNullExpression(node)) {
    skip(node.expression.end, node.end);
  } else if (ts.isTypeAssertionExpression(node)) {
    skip(node.getStart(file), node.expression.getStart(file));
  }
  const of = node as { typeArguments?: ts.NodeArray<ts.Node>; typeParameters?: ts.NodeArray<ts.Node> };
  for (const list of [of.typeArguments, of.typeParameters]) {
    if (!list) continue;
    const close = file.text.indexOf('>', list.end);
    skip(list.pos - 1, close === -1 ? list.end : close + 1);
  }
}

function isThis({ name }: ts.ParameterDeclaration): boolean {
  return ts.isIdentifier(name) && name.text === 'this';
}
