// What in a function's text costs much when the function is called often: an await in a loop, a synchronous call of the
// operating system, a loop in a loop. Over the TypeScript compiler's tree; says where, and of which function. Never
// throws; sees no types, so that a call that only looks synchronous counts by its name, as Node.js names such calls.

import ts from 'typescript';

export type CostKind = 'await-in-loop' | 'synchronous-call' | 'loop-in-loop';

/** Offsets are 0-based UTF-16 units. */
export interface Cost {
  kind: CostKind;
  start: number;
  end: number;
  /** Start of the innermost function that has it, as OutlinedFunction.start; -1 outside of all. */
  functionStart: number;
}

/** In source order. Linear. */
export function costsTypeScript(text: string, fileName: string): Cost[] {
  const file = ts.createSourceFile(fileName, text, ts.ScriptTarget.Latest, true);
  const costs: Cost[] = [];
  const visit = (node: ts.Node, functionStart: number, loops: number): void => {
    if (ts.isFunctionLike(node)) {
      const start = node.getStart(file);
      ts.forEachChild(node, (child) => visit(child, start, 0));
      return;
    }
    const kind = kindOf(node, loops);
    if (kind) costs.push({ kind, start: node.getStart(file), end: headEnd(node), functionStart });
    if (!ts.isIterationStatement(node, false)) {
      ts.forEachChild(node, (child) => visit(child, functionStart, loops));
      return;
    }
    // What a loop goes over is made once; what it asks and does each time.
    const once = ts.isForStatement(node)
      ? node.initializer
      : ts.isForOfStatement(node) || ts.isForInStatement(node)
        ? node.expression
        : undefined;
    ts.forEachChild(node, (child) => visit(child, functionStart, child === once ? loops : loops + 1));
  };
  visit(file, -1, 0);
  return costs;
}

function kindOf(node: ts.Node, loops: number): CostKind | null {
  if (ts.isAwaitExpression(node) && loops > 0) return 'await-in-loop';
  if (ts.isIterationStatement(node, false) && loops > 0) return 'loop-in-loop';
  if (ts.isCallExpression(node)) {
    const callee = ts.isPropertyAccessExpression(node.expression) ? node.expression.name : node.expression;
    if (ts.isIdentifier(callee) && /^[a-z]\w*Sync$/.test(callee.text)) return 'synchronous-call';
  }
  return null;
}

/** Of a loop its head, of all else its end. */
function headEnd(node: ts.Node): number {
  return ts.isIterationStatement(node, false) ? node.statement.pos : node.end;
}
