// The functions of a compiled text as a sensor names them that has no source map: by the names and places that the
// compiler left. Enough of the naming for tests: classes, methods, declarations and arrows in variables.

import type { SensorFunction } from '@prodlens/protocol';
import ts from 'typescript';
import { fakeFunction } from './fake-sensor.js';

export function compiledFunctions(text: string, file: string): SensorFunction[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const functions: SensorFunction[] = [];
  const seen = new Map<string, number>();
  const visit = (node: ts.Node, chain: string[]): void => {
    const name = nameOf(node);
    const own = name === null ? chain : [...chain, name.text];
    if (name !== null && !ts.isClassLike(node)) {
      const { line, character } = source.getLineAndCharacterOfPosition(name.start);
      const qualified = own.join('.');
      const ordinal = seen.get(qualified) ?? 0;
      seen.set(qualified, ordinal + 1);
      const place = { file, name: qualified, ordinal, line: line + 1, column: character + 1 };
      functions.push(fakeFunction(functions.length + 1, place));
    }
    ts.forEachChild(node, (child) => visit(child, own));
  };
  visit(source, []);
  return functions;

  function nameOf(node: ts.Node): { text: string; start: number } | null {
    const isFunction = ts.isFunctionLike(node);
    if (!isFunction && !ts.isClassLike(node)) return null;
    if (isFunction && ts.isConstructorDeclaration(node)) return { text: 'constructor', start: node.getStart(source) };
    const parent = node.parent;
    const named = node.name ?? (ts.isVariableDeclaration(parent) ? parent.name : undefined);
    if (named !== undefined) return { text: named.getText(source), start: named.getStart(source) };
    return isFunction ? { text: '(anonymous)', start: node.getStart(source) } : null;
  }
}
