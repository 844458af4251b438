import assert from 'node:assert/strict';
import { test } from 'node:test';
import { costsTypeScript } from './costs.js';

const found = (text: string) =>
  costsTypeScript(text, 'a.ts').map(({ kind, start, end }) => `${kind}: ${text.slice(start, end)}`);

test('awaits in loops, not beside them, nor in functions inside them', () => {
  assert.deepEqual(found('async function f() { for (const a of await list()) { await g(a); } await h(); }'), [
    'await-in-loop: await g(a)',
  ]);
  assert.deepEqual(found('async function f() { while (await next()) {} }'), ['await-in-loop: await next()']);
  assert.deepEqual(found('async function f() { for (const a of b) run(async () => { await a; }); }'), []);
});

test('loops in loops and synchronous calls, with their function', () => {
  const text = 'function f() { for (const a of b) { do { fs.readFileSync(a); } while (a); } }';
  assert.deepEqual(found(text), ['loop-in-loop: do', 'synchronous-call: fs.readFileSync(a)']);
  assert.deepEqual(
    costsTypeScript(text, 'a.ts').map(({ functionStart }) => functionStart),
    [0, 0],
  );
});

test('half typed text gives what can be read', () => {
  assert.deepEqual(found('async function f() { for (const a of b) { await g(a'), ['await-in-loop: await g(a']);
});
