import assert from 'node:assert/strict';
import { test } from 'node:test';
import { outlineTypeScript } from '@prodlens/syntax/typescript';
import { stats } from '../testing/stats.js';
import { matchFunctions } from './deployed-functions.js';

/** "outlined -> deployed" with ordinals, of the pairs found. */
function pairs(source: string, deployed: [string, number][]): string[] {
  const functions = deployed.map(([name, ordinal]) => stats(name, { ordinal }));
  return matchFunctions(outlineTypeScript(source, '/a.ts'), functions).map(
    ({ outlined, deployed, confidence }) =>
      `${outlined.name}@${outlined.ordinal} -> ${deployed.name}@${deployed.ordinal} ${confidence}`,
  );
}

test('the same name, whatever moved around it', () => {
  const source = 'function added() {}\nfunction b() {}\nfunction a() {}';
  const deployed: [string, number][] = [
    ['a', 0],
    ['b', 0],
    ['removed', 0],
  ];
  assert.deepEqual(pairs(source, deployed), ['b@0 -> b@0 0.998', 'a@0 -> a@0 0.998']);
});

test('of one name as many here as there: by their order', () => {
  const source = 'list.map((a) => a); list.map((b) => b);';
  const both: [string, number][] = [
    ['list.map#0', 1],
    ['list.map#0', 0],
  ];
  assert.deepEqual(pairs(source, both), ['list.map#0@0 -> list.map#0@0 0.998', 'list.map#0@1 -> list.map#0@1 0.998']);
});

test('of one name more here than there, or fewer: none of them', () => {
  assert.deepEqual(pairs('list.map((a) => a); list.map((b) => b);', [['list.map#0', 0]]), []);
  const two: [string, number][] = [
    ['list.map#0', 0],
    ['list.map#0', 1],
  ];
  assert.deepEqual(pairs('list.map((a) => a);', two), []);
});

test('an end of a qualified name is not the name', () => {
  assert.deepEqual(pairs('class Cart { add() {} }', [['add', 0]]), []);
  assert.deepEqual(pairs('function add() {}', [['Cart.add', 0]]), []);
});
