// The variables that a function's parameters make: those that its exit hands over when it throws. Parameters that are taken
// apart give each variable by itself; `arguments` is never mentioned, because V8 would have to make it on every call.

import type { EstreeNode } from '@prodlens/syntax/estree';

/** Variables of one function that are handed over. */
const PARAMETERS = 8;

/** Names in their order, each once. */
export function parametersOf(node: EstreeNode): string[] {
  const names = new Set<string>();
  for (const parameter of node.params as EstreeNode[]) addNames(parameter, names);
  return [...names].slice(0, PARAMETERS);
}

function addNames(pattern: EstreeNode | null, names: Set<string>): void {
  switch (pattern?.type) {
    case 'Identifier':
      names.add(pattern.name);
      return;
    case 'AssignmentPattern':
      addNames(pattern.left, names);
      return;
    case 'RestElement':
      addNames(pattern.argument, names);
      return;
    case 'ArrayPattern':
      for (const element of pattern.elements) addNames(element, names);
      return;
    case 'ObjectPattern':
      for (const property of pattern.properties)
        addNames(property.type === 'Property' ? property.value : property, names);
  }
}
