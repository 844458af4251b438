// What a function hands over when it throws, and what its catch clauses note; and that nothing else changes for it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInThisContext } from 'node:vm';
import { recordGlobals } from '../testing/recording-globals.js';
import { withFirstId } from './ids.js';
import { instrument } from './instrument.js';

const recording = recordGlobals();

/** Runs a program, and gives by function what it handed over, by variable. */
async function handedOver(source: string): Promise<Record<string, unknown>[]> {
  const result = instrument(source, { path: 'test.js', format: 'module', firstId: 900 });
  assert.ok(!('skipped' in result), JSON.stringify(result));
  recording.arguments.length = 0;
  await runInThisContext(`(async () => {${result.code}\n})()`).catch(() => {});
  return recording.arguments.map(({ id, values }) => {
    const { name, parameters } = result.functions.find((f) => f.id === id)!;
    assert.equal(values.length, parameters.length, name);
    return { name, ...Object.fromEntries(parameters.map((parameter, i) => [parameter, values[i]])) };
  });
}

const CASES: Record<string, [source: string, expected: Record<string, unknown>[]]> = {
  'innermost first': [
    'function f(a) { return g(a + 1, "x") } function g(b, c) { throw new Error(h(b)) } function h(x) { return x } f(1)',
    [
      { name: 'g', b: 2, c: 'x' },
      { name: 'f', a: 1 },
    ],
  ],
  'as they are when it ends': [
    'function f(a, b) { a = 2; throw new Error(b) } f(1)',
    [{ name: 'f', a: 2, b: undefined }],
  ],
  'taken apart, with defaults, with a rest': [
    'function f({ a, b: { c = 3 }, ...d }, [e], g = a, ...h) { throw new Error() } f({ a: 1, b: {}, z: 9 }, [5], undefined, 7, 8)',
    [{ name: 'f', a: 1, c: 3, d: { z: 9 }, e: 5, g: 1, h: [7, 8] }],
  ],
  'arrow functions, methods, setters, constructors': [
    `const arrow = (a) => JSON.parse(a); class C { constructor(b) { this.m(b) } m(c) { h(); this.s = c } set s(d) { arrow(d) } }
     function h() {} new C("{")`,
    [
      { name: 'arrow', a: '{' },
      { name: 'C.set s', d: '{' },
      { name: 'C.m', c: '{' },
      { name: 'C.constructor', b: '{' },
    ],
  ],
  'async functions and arrows': [
    `const inner = async (a) => { await null; throw new Error(a) }; async function outer(b) { for (const x of [b]) await inner(x) }
     await outer(4)`,
    [
      { name: 'inner', a: 4 },
      { name: 'outer', b: 4 },
    ],
  ],
  generators: ['function* g(a) { yield 1; throw new Error() } [...g(5)]', [{ name: 'g', a: 5 }]],
  'names that look like ids': [
    'function f(a0x00001, $0x2) { throw new Error() } f(1, 2)',
    [{ name: 'f', a0x00001: 1, $0x2: 2 }],
  ],
  'no more than eight': [
    'function f(a, b, c, d, e, f, g, h, i) { throw new Error() } f(1, 2, 3, 4, 5, 6, 7, 8, 9)',
    [{ name: 'f', a: 1, b: 2, c: 3, d: 4, e: 5, f: 6, g: 7, h: 8 }],
  ],
};

for (const [what, [source, expected]] of Object.entries(CASES)) {
  test(what, async () => assert.deepEqual(await handedOver(source), expected));
}

test('a function that ends well hands over nothing', async () => {
  assert.deepEqual(await handedOver('function f(a) { return JSON.parse(a) } f("1")'), []);
});

test('ids are written over ids, not over names', () => {
  const result = instrument('function f(a0x00001) { throw a0x00001 }', { path: 't.js', format: 'commonjs' });
  assert.ok(!('skipped' in result));
  assert.match(
    withFirstId(result.code, result.idOffsets, 0x4d2),
    /\$plX\(0x004d2,\$plt,\$plp,\$plr===\$plU,a0x00001\)/,
  );
});

test('packages hand over nothing, and their text stays short', () => {
  const result = instrument('function f(a) { try { a.sort() } catch {} }', {
    path: 't.js',
    format: 'commonjs',
    timing: 'working',
  });
  assert.ok(!('skipped' in result));
  assert.doesNotMatch(result.code, /\$plU,a|\$plK/);
});

test('catch clauses note what they caught, with a name or without', async () => {
  recording.caught.length = 0;
  const result = await handedOver(`
    const seen = [];
    function named(a) { try { throw a } catch (e) { seen.push(e) } }
    function nameless(a) { try { throw a } catch { seen.push(1) } }
    async function later(a) { try { await Promise.reject(a) } catch (e) { seen.push(e) } finally { seen.push(2) } }
    function apart(a) { try { throw a } catch ({ message }) { seen.push(message) } }
    function nested(a) { try { try { throw a } catch (e) { throw [e] } } catch (e) { e = 0 } }
    named('n'); nameless('l'); await later('p'); apart({}); nested('x');
    if (seen.join() !== 'n,1,p,2,') throw new Error(seen.join());`);
  assert.deepEqual(result, []);
  assert.deepEqual(
    recording.caught.map(({ error }) => error),
    ['n', 'l', 'p', 'x', ['x']],
  );
});
