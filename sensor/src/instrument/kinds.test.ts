// Every kind of function that the language has is found, and each call of it is counted once, whatever is timed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import ts from 'typescript';
import { recordGlobals } from '../testing/recording-globals.js';
import { instrument, withFirstId } from './instrument.js';

const recording = recordGlobals();

/** Calls each kind, most of them once. */
const PROGRAM = `
  function declared() {} const expressed = function () {}, arrow = () => 1, block = () => { declared() }, named = function own() {};
  const object = { method() {}, get read() { return 1 }, set write(v) {}, ['com' + 'puted']() {}, property: () => {}, async later() {}, *each() { yield 1 } };
  class Base { constructor() { this.made = 1 } inherited() { return super.toString() } }
  class Derived extends Base {
    field = (() => 1)(); static shared = (() => 2)(); #secret() { return 3 } static #hidden() { return 4 } static { (function inBlock() {})(); Derived.#hidden() }
    constructor() { declared(); super(); this.#secret(); this.#inner = 5 }
    get inner() { return this.#inner } set inner(v) {} get #inner() { return 6 } set #inner(v) {}
    static make() { return new this() } async waits() { await null } *steps() { yield 1 } async *stream() { yield 1 }
  }
  class Implicit extends Base { onlyField = 1 }
  async function waits() { await null } function* steps() { yield 1 } async function* stream() { yield 1 } const waitsToo = async () => waits();
  const decorated = ((wrapped) => function decorator(...all) { return wrapped.apply(this, all) })(function inner() { return 7 });
  function defaults(a = (() => 8)()) { return a }
  return (async () => {
    expressed(); arrow(); block(); named(); object.method(); object.read; object.write = 1; object.computed(); object.property(); await object.later(); [...object.each()];
    const made = Derived.make(); made.inherited(); made.inner; made.inner = 1; await made.waits(); [...made.steps()]; for await (const x of made.stream());
    new Implicit(); await waits(); [...steps()]; for await (const x of stream()); await waitsToo(); decorated(); defaults();
    [3, 1].sort((a, b) => a - b); 'x'.replace(/x/, (x) => x); await Promise.resolve(1).then((x) => x); queueMicrotask(() => {}); await null; await null;
  })()`;

/** Name and calls, in the order of the text. */
const EXPECTED = `
  main 1, main.declared 2, main.expressed 1, main.arrow 1, main.block 1, main.own 1,
  main.object.method 1, main.object.get read 1, main.object.set write 1, main.object.[?] 1, main.object.property 1,
  main.object.later 1, main.object.each 1, main.Base.constructor 2, main.Base.inherited 1, main.Derived.(iife) 1,
  main.Derived.(iife) 1, main.Derived.#secret 1, main.Derived.#hidden 1, main.Derived.inBlock 1,
  main.Derived.constructor 1, main.Derived.get inner 1, main.Derived.set inner 1, main.Derived.get #inner 1,
  main.Derived.set #inner 1, main.Derived.make 1, main.Derived.waits 1, main.Derived.steps 1, main.Derived.stream 1,
  main.waits 2, main.steps 1, main.stream 1, main.waitsToo 1, main.(iife) 1, main.decorator 1, main.inner 1,
  main.defaults 1, main.defaults.(iife) 1, main.(iife) 1, main.?.sort#0 1, main.?.replace#1 1,
  main.Promise.resolve().then#0 1, main.queueMicrotask#0 1`;

for (const timing of ['working', 'calling', 'all'] as const) {
  test(`kinds: ${timing}`, async () => {
    const source = `module.exports = function main() {${PROGRAM}}`;
    const result = instrument(source, { path: 'test.js', format: 'commonjs', timing });
    assert.ok(!('skipped' in result));
    const module = { exports: async () => {} };
    new Function('module', withFirstId(result.code, result.idOffsets, 1))(module);
    const before = result.functions.map(({ id }) => recording.calls(id));
    await module.exports();
    const calls = result.functions.map(({ id, name }, i) => `${name} ${recording.calls(id) - before[i]!}`);
    assert.deepEqual(calls, EXPECTED.trim().split(/,\s+/));
  });
}

const DECORATED = `
  const times = (n: number) => (method: any, context?: any, descriptor?: any) => {
    const replaced = function replaced(this: any, ...all: any[]) { return n * (descriptor?.was ?? method).apply(this, all); };
    if (!descriptor) return replaced;
    descriptor.was = descriptor.value;
    descriptor.value = replaced;
  };
  class Price { @times(2) net(n: number) { return n + 1; } }
  export = () => new Price().net(4);`;

for (const experimentalDecorators of [false, true]) {
  test(`functions made by ${experimentalDecorators ? 'TypeScript’s older' : 'standard'} decorators`, () => {
    const { outputText: source } = ts.transpileModule(DECORATED, {
      compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.CommonJS, experimentalDecorators },
    });
    const result = instrument(source, { path: 'test.js', format: 'commonjs' });
    assert.ok(!('skipped' in result));
    const firstId = experimentalDecorators ? 5_000 : 6_000;
    const module = { exports: (): number => 0 };
    new Function('module', 'require', withFirstId(result.code, result.idOffsets, firstId))(module);
    assert.equal(module.exports(), 10);
    const callsOf = (wanted: string) => {
      const found = result.functions.findIndex(({ name }) => name.split('.').at(-1) === wanted);
      return recording.calls(firstId + found);
    };
    assert.deepEqual([callsOf('replaced'), callsOf('net'), callsOf('times')], [1, 1, 1]);
  });
}
