// Names, literals and the parts of functions in an ESTree tree, for tokens.ts and fingerprint.ts.

import { type EstreeNode, forEachChild, outlineEstree } from './estree.js';
import { type FingerprintedFunction, type FunctionParts, fingerprintFunctions } from './fingerprint.js';
import { LEAF, type Leaf, type LeafKind, tokensOf } from './tokens.js';

/** The functions of a program with what their texts are, in source order. */
export function fingerprintEstree(program: EstreeNode, source: string): FingerprintedFunction[] {
  const functions = outlineEstree(program).map(({ node, ...outlined }) => ({ ...outlined, parts: partsOf(node) }));
  const leaves: Leaf[] = [];
  collect(program, false, leaves);
  return fingerprintFunctions(functions, tokensOf(source, leaves));
}

function partsOf({ params, body, expression }: EstreeNode): FunctionParts {
  return {
    arity: params.length,
    parametersStart: params[0]?.start ?? body.start,
    parametersEnd: params.at(-1)?.end ?? body.start,
    bodyStart: body.start,
    bodyEnd: body.end,
    isExpression: expression === true || body.type !== 'BlockStatement',
  };
}

/** `declares`: the node is a pattern that declares names. */
function collect(node: EstreeNode, declares: boolean, leaves: Leaf[]): void {
  const add = (kind: LeafKind, { start, end }: EstreeNode) => leaves.push({ kind, start, end });
  const name = (key: EstreeNode, computed: boolean) => {
    if (computed || key.type === 'Literal') collect(key, false, leaves);
    else add(LEAF.property, key);
  };
  switch (node.type) {
    case 'Identifier':
      add(declares ? LEAF.binding : LEAF.reference, node);
      return;
    case 'PrivateIdentifier':
      add(LEAF.property, node);
      return;
    case 'Literal':
      // null, true and false are words like others.
      if (typeof node.value === 'string') add(LEAF.string, node);
      else if (node.regex || (node.value !== null && typeof node.value !== 'boolean')) add(LEAF.literal, node);
      return;
    case 'TemplateElement':
      add(LEAF.literal, node);
      return;
    case 'MetaProperty':
      return;
    case 'MemberExpression':
      collect(node.object, false, leaves);
      name(node.property, node.computed);
      return;
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'Property':
      for (const decorator of node.decorators ?? []) collect(decorator, false, leaves);
      if (!node.shorthand) name(node.key, node.computed);
      if (node.value) collect(node.value, declares, leaves);
      return;
    case 'VariableDeclarator':
      collect(node.id, true, leaves);
      if (node.init) collect(node.init, false, leaves);
      return;
    case 'CatchClause':
      if (node.param) collect(node.param, true, leaves);
      collect(node.body, false, leaves);
      return;
    case 'AssignmentPattern':
      collect(node.left, declares, leaves);
      collect(node.right, false, leaves);
      return;
    case 'FunctionDeclaration':
    case 'FunctionExpression':
    case 'ArrowFunctionExpression':
    case 'ClassDeclaration':
    case 'ClassExpression':
      if (node.id) collect(node.id, true, leaves);
      for (const parameter of node.params ?? []) collect(parameter, true, leaves);
      if (node.superClass) collect(node.superClass, false, leaves);
      for (const decorator of node.decorators ?? []) collect(decorator, false, leaves);
      collect(node.body, false, leaves);
      return;
    default: {
      const inPattern = declares && /Pattern$|^RestElement$/.test(node.type);
      forEachChild(node, (child) => collect(child, inPattern, leaves));
    }
  }
}
