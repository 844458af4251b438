import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FunctionStats } from '@prodlens/protocol';
import { lineStartsOf } from '@prodlens/syntax/lines';
import { fingerprintTypeScript } from '@prodlens/syntax/typescript';
import { service, stats } from '../testing/stats.js';
import type { DeployedText } from './deployed-text.js';
import { mapFunctions } from './mapped-functions.js';

const BEFORE = `export class Cart {
  items: string[] = [];
  add(item: string) { this.items.push(item.trim()); return this.items.length; }
  price(rate: number) { let sum = 0; for (const item of this.items) sum += item.length * rate; return sum; }
}
export function total(rows: number[]) { return rows.map((row) => row * 2).filter((row) => row > 0).length; }
export function gone(a: number) { console.log('gone', a); return a + 1; }
`;

function deployedText(text: string, path = '/repo/src/cart.ts', nowAt = '/repo/src/cart.ts'): DeployedText {
  const { functions } = fingerprintTypeScript(text, path);
  return { revision: 'abc1234', path, nowAt, text, lineStarts: lineStartsOf(text), functions };
}

/** The functions of a text as a sensor reports them where it stands as it was written. */
function reported(text: string, renamed: Record<string, string> = {}): FunctionStats[] {
  const starts = lineStartsOf(text);
  return fingerprintTypeScript(text, 'a.ts').functions.map(({ name, ordinal, nameStart }) => {
    const line = starts.findLastIndex((start) => start <= nameStart);
    const about = { ordinal, line: line + 1, column: nameStart - starts[line]! + 1, revision: 'abc1234' };
    return stats(renamed[name] ?? name, about);
  });
}

/** "NAME kind edited < DEPLOYED LINES", or "NAME: why not", of each function of the text. */
function mapped(text: string, functions: FunctionStats[], deployed: DeployedText | null): string[] {
  const texts = new Map(deployed ? [['abc1234', deployed]] : []);
  const outline = fingerprintTypeScript(text, '/repo/src/cart.ts').functions;
  return mapFunctions(text, outline, [{ service: service('shop'), environment: 'production', functions, texts }]).map(
    ({ outlined, readings: [reading], absence }) => {
      if (!reading) return `${outlined.name}: ${absence?.reason}`;
      const { kind, edited, origin } = reading.match;
      const lines = origin ? ` ${origin.startLine}-${origin.endLine}` : '';
      return `${outlined.name} ${kind}${edited ? ' edited' : ''} < ${reading.stats.name}${lines}`;
    },
  );
}

test('the text that was deployed', () => {
  assert.deepEqual(mapped(BEFORE, reported(BEFORE), deployedText(BEFORE)), [
    'Cart.add exact < Cart.add 2-2',
    'Cart.price exact < Cart.price 3-3',
    'total exact < total 5-5',
    'total.rows.map#0 exact < total.rows.map#0 5-5',
    'total.rows.map().filter#0 exact < total.rows.map().filter#0 5-5',
    'gone exact < gone 6-6',
  ]);
});

test('what became of it since: edited, renamed, moved, new, gone', () => {
  const after = `export function total(rows: number[]) { return rows.map((row) => row * 2).filter((row) => row > 0).length; }
export class Cart {
  items: string[] = [];
  push(item: string) { this.items.push(item.trim()); return this.items.length; }
  price(rate: number) { if (rate === 0) return 0; let sum = 0; for (const item of this.items) sum += item.length * rate; return sum; }
}
export function fresh(text: string) { return text.split(',').join(';').toUpperCase(); }
`;
  assert.deepEqual(mapped(after, reported(BEFORE), deployedText(BEFORE)), [
    'total exact < total 5-5',
    'total.rows.map#0 exact < total.rows.map#0 5-5',
    'total.rows.map().filter#0 exact < total.rows.map().filter#0 5-5',
    'Cart.push renamed < Cart.add 2-2',
    'Cart.price edited edited < Cart.price 3-3',
    'fresh: new',
  ]);
});

test('a name swapped with another’s text is not followed by the text', () => {
  const swapped = BEFORE.replace('add(item', 'x(item').replace('gone(a', 'add(a');
  assert.ok(mapped(swapped, reported(BEFORE), deployedText(BEFORE)).includes('add renamed < gone 6-6'));
});

test('of equal callbacks one more: what is told apart by its text keeps its numbers', () => {
  const before = 'function f(a) { a.map((x) => x.one); a.map((x) => x.two); }';
  const after = 'function f(a) { a.map((x) => x.zero()); a.map((x) => x.one); a.map((x) => x.two); }';
  assert.deepEqual(mapped(after, reported(before), deployedText(before)), [
    'f edited edited < f 0-0',
    'f.a.map#0: new',
    'f.a.map#0 exact < f.a.map#0 0-0',
    'f.a.map#0 exact < f.a.map#0 0-0',
  ]);
  assert.ok(mapped(after, reported(before), null).every((line) => !line.includes('map#0 exact')));
});

test('names that a compiler made are found by their place in the deployed text, then carried', () => {
  const functions = reported(BEFORE, { 'Cart.add': '_add', total: 'a', 'total.rows.map#0': 'a.b.map#0' });
  const after = `// moved down\n${BEFORE.replace('total(', 'totalOf(')}`;
  const found = mapped(after, functions, deployedText(BEFORE));
  assert.ok(found.includes('Cart.add exact < _add 2-2'), found.join('\n'));
  assert.ok(found.includes('totalOf renamed < a 5-5'));
  assert.ok(
    found.includes('totalOf.rows.map#0 exact < a.b.map#0 5-5') ||
      found.includes('totalOf.rows.map#0 moved < a.b.map#0 5-5'),
  );
});

test('a callback of a minified program is found by its parameter, which has lost its parentheses', () => {
  const text =
    'export function total(rows) {\n  return rows\n    .map((row) => row * 2)\n    .filter(async (row) => row > 0);\n}\n';
  const functions = [
    stats('e', { line: 1, column: 8, revision: 'abc1234' }),
    stats('e.r.map#0', { line: 3, column: 11, revision: 'abc1234' }),
    stats('e.r.map().filter#0', { line: 4, column: 13, revision: 'abc1234' }),
  ];
  assert.deepEqual(mapped(text, functions, deployedText(text)).slice(1), [
    'total.rows.map#0 exact < e.r.map#0 2-2',
    'total.rows.map().filter#0 exact < e.r.map().filter#0 3-3',
  ]);
});

test('what a compiler adds has no counterpart, and takes none away', () => {
  const functions = [...reported(BEFORE), stats('total.(iife)', { line: 6, column: 17, revision: 'abc1234' })];
  assert.deepEqual(
    mapped(BEFORE, functions, deployedText(BEFORE)),
    mapped(BEFORE, reported(BEFORE), deployedText(BEFORE)),
  );
});

test('a text that is not what was deployed is not believed', () => {
  const other = deployedText('export const unrelated = () => 1;\n');
  assert.deepEqual(mapped(BEFORE, reported(BEFORE), other), mapped(BEFORE, reported(BEFORE), null));
});

test('a file that was moved', () => {
  const found = mapped(BEFORE, reported(BEFORE), deployedText(BEFORE, '/repo/lib/old.ts'));
  assert.equal(found[0], 'Cart.add moved < Cart.add 2-2');
});
