// A text to its tree, the way V8 will take it.

import type { EstreeNode } from '@prodlens/syntax/estree';
import { parse } from 'meriyah';

/** `either`: CommonJS if it can be parsed as that, as Node finds it out. Throws what the parser throws. */
export function parseProgram(source: string, format: 'module' | 'commonjs' | 'either'): EstreeNode {
  const parseAs = (sourceType: 'module' | 'commonjs') =>
    parse(source, { sourceType, next: true, ranges: true, webcompat: true }) as unknown as EstreeNode;
  if (format !== 'either') return parseAs(format);
  try {
    return parseAs('commonjs');
  } catch {
    return parseAs('module');
  }
}
