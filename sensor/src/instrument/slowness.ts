// Which parts of a function can take long. What a function calls is measured where it is called, so that by itself
// only a loop, a suspension, or a native that works through much data at once can take long.

import type { EstreeNode } from '@prodlens/syntax/estree';

/** 0: takes no time worth measuring. 1: calls, throws or tries. 2: can take long by itself. */
export function slownessOf(node: EstreeNode): 0 | 1 | 2 {
  switch (node.type) {
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'AwaitExpression':
    case 'YieldExpression':
    case 'ImportExpression':
      return 2;
    case 'CallExpression':
      return isLongNative(node.callee) ? 2 : 1;
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

/** Methods of arrays, strings, expressions and buffers that are linear or worse in what they are given. */
const LONG_METHODS = new Set(
  (
    'sort toSorted map filter forEach reduce reduceRight some every find findIndex findLast flat flatMap ' +
    'replace replaceAll match matchAll split join normalize localeCompare concat digest update'
  ).split(' '),
);

function isLongNative(callee: EstreeNode): boolean {
  if (callee.type === 'Identifier') return LONG_FUNCTIONS.has(callee.name);
  if (callee.type !== 'MemberExpression' || callee.computed) return false;
  const { object, property } = callee;
  if (object.type === 'Identifier' && object.name === 'JSON') return true;
  return LONG_METHODS.has(property.name) || /\wSync$/.test(property.name);
}
