// The run itself, on a small tree of the suite's form: what it takes for passed, what it finds different, and what it
// says of exceptions. $plC is there in instrumented realms alone, so a test that misses it stands for a real fault.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { runTest262 } from './run.mjs';

const root = mkdtempSync(join(tmpdir(), 'prodlens-test262-'));
after(() => rmSync(root, { recursive: true, force: true }));

const HARNESS = {
  'assert.js': 'function assert(x) { if (!x) throw new Test262Error("assert") }',
  'sta.js':
    'function Test262Error(message) { this.message = message }\nTest262Error.prototype.toString = () => "Test262Error"',
  'doneprintHandle.js':
    'function $DONE(e) { print(e ? "Test262:AsyncTestFailure:" + e : "Test262:AsyncTestComplete") }',
  'extra.js': 'var extra = (() => 5)()',
};
const SAME = {
  'both.js': 'assert((function () { return this === undefined || this === globalThis })())',
  'strict.js': '/*---\nflags: [onlyStrict]\n---*/ assert((function () { return this })() === undefined)',
  'includes.js': '/*---\nincludes:\n  - extra.js\n---*/ assert(extra === 5)',
  'text.js': 'function f(a) { for (;;) return a }\nassert(f + "" === "function f(a) { for (;;) return a }")',
  'async.js': '/*---\nflags: [async]\n---*/ import("./dep_FIXTURE.js").then((m) => $DONE(m.x === 1 ? 0 : 1), $DONE)',
  'module.js': '/*---\nflags: [module]\n---*/ import { x } from "./dep_FIXTURE.js"; assert((await x) === 1)',
  'dep_FIXTURE.js': 'export const x = (() => 1)()',
  'parse.js': '/*---\nnegative:\n  phase: parse\n  type: SyntaxError\n---*/ $DONOTEVALUATE(); let a, a;',
  'resolution.js':
    '/*---\nnegative:\n  phase: resolution\n  type: SyntaxError\nflags: [module]\n---*/ import { y } from "./dep_FIXTURE.js"',
  'runtime.js': '/*---\nnegative:\n  phase: runtime\n  type: TypeError\n---*/ null.x',
  'agent.js': `/*---\nflags: [async]\n---*/
    $262.agent.start('$262.agent.receiveBroadcast((sab) => { $262.agent.report((() => sab.byteLength)()) })');
    $262.agent.broadcast(new SharedArrayBuffer(4));
    let got; while ((got = $262.agent.getReport()) === null) $262.agent.sleep(1);
    $DONE(got === '4' ? 0 : got)`,
};
const FAILS_AS_IT_IS = {
  'assert.js': 'assert(false)',
  'wrong-error.js': '/*---\nnegative:\n  phase: runtime\n  type: TypeError\n---*/ throw new RangeError()',
  'wrong-phase.js': '/*---\nnegative:\n  phase: parse\n  type: TypeError\n---*/ null.x',
  'never-done.js': '/*---\nflags: [async, noStrict]\n---*/ 1',
  // print is a function of the realm that Node began with.
  'crash.js': '/*---\nflags: [noStrict]\n---*/ print.constructor("return process")().abort()',
};

function write(tree) {
  rmSync(root, { recursive: true, force: true });
  for (const [path, text] of Object.entries(tree)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}
const below = (folder, files) => Object.fromEntries(Object.entries(files).map(([name, text]) => [folder + name, text]));

async function run(files, exceptions = []) {
  write({ ...below('harness/', HARNESS), ...below('test/language/', files) });
  const said = [];
  const isSame = await runTest262(root, { jobs: 1, exceptions, say: (line) => said.push(line) });
  return { isSame, said: said.join('\n') };
}

test('what passes as it is passes instrumented', async () => {
  const { isSame, said } = await run(SAME);
  assert.match(
    said,
    /as they are, so out: 0 runs\n {2}plain: 17 runs passed\n {2}few timed: 17 runs passed\n {2}all timed: 17 runs passed\n/,
  );
  assert.match(said, /0 tests differ/);
  assert.equal(isSame, true);
});

test('what does not pass as it is, is out, and a crash does not end the run', async () => {
  const { isSame, said } = await run({ ...FAILS_AS_IT_IS, 'z.js': '/*---\nflags: [raw]\n---*/ 1' });
  assert.match(said, /so out: 8 runs\n {2}plain: 1 runs passed\n {2}few timed: 1 runs passed\n/);
  assert.equal(isSame, true);
});

const FAULT = { 'fault.js': 'assert(!Reflect.has(globalThis, "$" + "plC"))' };

test('a difference fails the run, unless it is listed', async () => {
  const { isSame, said } = await run(FAULT);
  assert.match(said, /✗ language\/fault\.js\n {4}all timed, strict: Test262Error/);
  assert.equal(isSame, false);
  const listed = [{ test: 'language/fault.js', cause: 'the sensor has a global' }];
  assert.equal((await run(FAULT, listed)).isSame, true);
});

test('a listed exception that passes fails the run', async () => {
  const { isSame, said } = await run(SAME, [{ test: 'language/both.js', cause: 'none any more' }]);
  assert.match(said, /language\/both\.js is listed as an exception and passes/);
  assert.equal(isSame, false);
});
