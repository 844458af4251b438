import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { Worker } from 'node:worker_threads';
import { instrument } from '../instrument/instrument.js';
import { lookLike, restoreFunctionText } from './function-text.js';

const SOURCE = `
exports.declaration = function declaration(a, b = () => { return f(a) }) { if (a) { return f(b) } return 1 };
exports.async = async function (a) { await a; return await f(a) };
exports.generator = function* g() { const x = yield f(1); return yield* x };
exports.asyncGenerator = async function* () { for await (const x of f()) yield x };
exports.arrow = (a) => f(a);
exports.arrowInArrow = a => b => c => f(a, b, c);
exports.arrowWithBlock = async (a) => { try { return await f(a) } finally { f() } };
exports.arrowToObject = () => ({ a: f(1) });
exports.strict = function () { 'use strict'; "two" /* c */
  return f(this) };
exports.Class = class A extends Object { #p = f(1); q = () => { return this.#p }; static s = function () { f(2) };
  constructor() { super(); f(3) } m() { return f(4) } get x() { f(5); return 1 } set x(v) { f(v) } async *#g() { yield f(6) }
  static async n() { await f(7) } [f.name + 'computed']() { return f(8) } static { this.z = 1 } };
const object = { method(a) { return f(a) }, get x() { return f(1) }, set x(v) { f(v) }, async am() { await f(1) }, *'gen erator'() { yield f() }, 12() { f() } };
exports.method = object.method; exports.asyncMethod = object.am; exports.quoted = object['gen erator']; exports.number = object[12];
exports.getter = Object.getOwnPropertyDescriptor(object, 'x').get; exports.setter = Object.getOwnPropertyDescriptor(object, 'x').set;
exports.prototypeMethod = exports.Class.prototype.m; exports.inner = (() => { return function inner() { return f('}') } })();
exports.bound = exports.declaration.bind(null); exports.proxy = new Proxy(exports.declaration, {}); exports.native = Math.max;
exports.shipped = function (n) { function twice(x) { return x * 2 } const add = (x) => { for (;;) return twice(x) + 1 }; return [n].map((x) => add(x))[0] };
exports.shippedAsync = async (n) => { const wait = async (x) => { await null; return x }; return (await wait(n)) + 1 };
`;

type Exports = Record<string, (...parameters: unknown[]) => unknown>;

function load(code: string): Exports {
  const exports: Exports = {};
  new Function('exports', 'f', code)(exports, (...parameters: unknown[]) => parameters[0]);
  return exports;
}

/** Runs without the globals of the sensor, which the functions that are called here would need. */
function withoutSensorGlobals(run: () => Exports): Exports {
  for (const name of ['$plC', '$plT', '$plF'])
    Object.defineProperty(globalThis, name, { value: [], configurable: true });
  for (const name of ['$plN', '$plX']) Object.defineProperty(globalThis, name, { value: () => 0, configurable: true });
  Object.defineProperty(globalThis, '$plU', { value: {}, configurable: true });
  const exports = run();
  for (const name of ['$plC', '$plT', '$plF', '$plN', '$plX', '$plU']) Reflect.deleteProperty(globalThis, name);
  return exports;
}

const native = Function.prototype.toString;
const nativeDescriptor = Object.getOwnPropertyDescriptor(Function.prototype, 'toString');
const originals = load(SOURCE);
const result = instrument(SOURCE, { path: 'source.cjs', format: 'commonjs' });
assert.ok('code' in result);
const { code } = result;
const instrumented = withoutSensorGlobals(() => load(code));
restoreFunctionText();

test('every kind of function has its own text, however it is read', () => {
  let differing = 0;
  for (const [name, original] of Object.entries(originals)) {
    const f = instrumented[name]!;
    const text = native.call(original);
    if (native.call(f) !== text) differing++;
    assert.equal(f.toString(), text, name);
    assert.equal(String(f), text, name);
    assert.equal(`${f}`, text, name);
    assert.equal(Function.prototype.toString.call(f), text, name);
    assert.equal(Reflect.apply(Function.prototype.toString, f, []), text, name);
    assert.equal([f].join(), text, name);
  }
  assert.ok(differing > 15, 'they were instrumented');
  assert.match(String(instrumented.Class), /^class/);
});

test('toString itself looks native', () => {
  const { toString: restored } = Function.prototype;
  const { value: _, ...shape } = Object.getOwnPropertyDescriptor(Function.prototype, 'toString')!;
  const { value: __, ...nativeShape } = nativeDescriptor!;
  assert.deepEqual(shape, nativeShape);
  assert.deepEqual(Object.getOwnPropertyDescriptors(restored), Object.getOwnPropertyDescriptors(native));
  assert.equal(restored.toString(), native.call(native));
  assert.equal(`${Function.prototype.toString}`, 'function toString() { [native code] }');
  assert.equal('prototype' in restored, false);
  assert.throws(() => Reflect.construct(restored, []), TypeError);
  assert.equal(
    Reflect.ownKeys(Function.prototype).indexOf('toString'),
    Reflect.ownKeys(Function.prototype).lastIndexOf('toString'),
  );
});

test('what is not a function is refused as before', () => {
  for (const value of [{}, 'x', null, undefined, 5, Object.create(() => 1)]) {
    const refusal = (read: () => string) => {
      try {
        return read.call(value);
      } catch (error) {
        return [(error as Error).name, (error as Error).message];
      }
    };
    assert.deepEqual(refusal(Function.prototype.toString), refusal(native));
  }
});

test('a stand-in has the text of the function in whose place it is', () => {
  assert.equal(lookLike(Math.max, () => 1).toString(), 'function max() { [native code] }');
});

test('shipped text runs where the globals of the sensor are not', async () => {
  assert.equal(runInNewContext(`(${instrumented.shipped})(3)`), 7);
  assert.equal(await runInNewContext(`(${instrumented.shippedAsync})(3)`), 4);
  assert.throws(() => runInNewContext(`(${native.call(instrumented.shipped)})(3)`), { name: 'ReferenceError' });
  const text = `require('node:worker_threads').parentPort.postMessage((${instrumented.shipped})(4))`;
  const worker = new Worker(text, { eval: true });
  const answer = await new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  assert.equal(answer, 9);
});
