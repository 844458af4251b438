// Which parts of a function can take long. What a function calls is measured where it is called, so that by itself
// only a loop, a suspension, or a native that works through much data at once can take long. Timing a small loop costs
// more than timing a large one: V8 inlines by size, and it is the small ones that are called often.

import type { EstreeNode } from '@prodlens/syntax/estree';

/** 0: takes no time worth measuring. 1: calls, throws or tries. 2: a loop. 3: can take long at once. */
export type Slowness = 0 | 1 | 2 | 3;

export function slownessOf(node: EstreeNode): Slowness {
  switch (node.type) {
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
      return 2;
    case 'AwaitExpression':
    case 'YieldExpression':
    case 'ImportExpression':
      return 3;
    case 'CallExpression':
      return isLongNative(node.callee) ? 3 : 1;
    case 'NewExpression':
    case 'TaggedTemplateExpression':
    case 'ThrowStatement':
    case 'TryStatement':
      return 1;
    default:
      return 0;
  }
}

const LONG_FUNCTIONS = new Set(['require', 'structuredClone', 'eval']);

/**
 * Methods that can take long on little: sorting is worse than linear, expressions may go back and forth, hashes take much
 * at once. Not those that go through an array once (map, some, join): they take a millisecond for tens of thousands of
 * elements, and what they call is measured by itself. Requests go through dozens of such functions of packages.
 */
const LONG_METHODS = new Set('sort toSorted replace replaceAll match matchAll split digest update'.split(' '));

function isLongNative(callee: EstreeNode): boolean {
  if (callee.type === 'Identifier') return LONG_FUNCTIONS.has(callee.name);
  if (callee.type !== 'MemberExpression' || callee.computed) return false;
  const { object, property } = callee;
  if (object.type === 'Identifier' && object.name === 'JSON') return true;
  return LONG_METHODS.has(property.name) || /\wSync$/.test(property.name);
}
