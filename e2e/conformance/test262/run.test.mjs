// The run itself, on a small tree of the suite's form: what it takes for passed, what it finds different, and what it
// says of exceptions. $plC is there in instrumented realms alone, so a test that misses it stands for a real fault.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { runTest262 } from './run.mjs';

const place = mkdtempSync(join(tmpdir(), 'prodlens-test262-'));
const root = join(place, 'suite');
const resultsFile = join(place, 'kept', 'results.jsonl');
after(() => rmSync(place, { recursive: true, force: true }));

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

async function run(files, exceptions = [], more = {}) {
  write({ ...below('harness/', HARNESS), ...below('test/language/', files) });
  const said = [];
  const options = { jobs: 1, exceptions, resultsFile, say: (line) => said.push(line) };
  const isSame = await runTest262(root, { ...options, ...more });
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

test('a test that does not pass each time as it is, is out', async () => {
  const fault = 'Reflect.has(globalThis, "$" + "plC")';
  const isSecond = 'print.constructor("return (process.runs = (process.runs ?? 0) + 1)")() % 2 === 0';
  const { isSame, said } = await run({
    'unsteady.js': `/*---\nflags: [noStrict]\n---*/ assert(!(${isSecond} || ${fault}))`,
  });
  assert.match(said, /so out: 1 runs\n {2}0 tests differ/);
  assert.equal(isSame, true);
});

test('so does a crash that is there only when instrumented', async () => {
  const crash = 'if (Reflect.has(globalThis, "$" + "plC")) print.constructor("return process")().abort()';
  const { isSame, said } = await run({ 'crash.js': `/*---\nflags: [noStrict]\n---*/ ${crash}` });
  assert.match(said, /✗ language\/crash\.js\n {4}instrumented: ended with SIGABRT/);
  assert.match(said, /so out: 0 runs\n {2}plain: 1 runs passed\n/);
  assert.equal(isSame, false);
});

test('a listed exception that passes fails the run', async () => {
  const { isSame, said } = await run(SAME, [{ test: 'language/both.js', cause: 'none any more' }]);
  assert.match(said, /language\/both\.js is listed as an exception and passes/);
  assert.equal(isSame, false);
});

const THREE = { 'a.js': 'assert(true)', 'b.js': 'assert(true)', 'c.js': 'assert(true)' };
const resume = { resume: true };

test('a run that was stopped goes on with what it has not got to', async () => {
  await run(THREE);
  const [header, first, second] = readFileSync(resultsFile, 'utf8').split('\n');
  writeFileSync(resultsFile, `${header}\n${first}\n${second.slice(0, 20)}`);
  // What would now fail as it is shows which tests ran again.
  const { isSame, said } = await run({ ...THREE, 'a.js': 'assert(false)', 'b.js': 'assert(false)' }, [], resume);
  assert.match(said, /as they are, so out: 2 runs\n {2}plain: 4 runs passed\n/);
  assert.equal(isSame, true);
  assert.equal(readFileSync(resultsFile, 'utf8').trim().split('\n').length, 4);
  assert.match((await run({ ...THREE, 'd.js': 'assert(true)' }, [], resume)).said, /plain: 6 runs passed\n/);
});

test('a difference that was found before the run was stopped fails it', async () => {
  await run(FAULT);
  const { isSame, said } = await run(FAULT, [], resume);
  assert.match(said, /✗ language\/fault\.js/);
  assert.equal(isSame, false);
});

test('there is no going on with what another engine has done, or with nothing', async () => {
  await run(THREE);
  const of = JSON.parse(readFileSync(resultsFile, 'utf8').split('\n')[0]);
  writeFileSync(resultsFile, `${JSON.stringify({ ...of, engine: 'another' })}\n`);
  await assert.rejects(run(THREE, [], resume), /is of another Node, suite or state of the sensor/);
  rmSync(resultsFile);
  await assert.rejects(run(THREE, [], resume), /There is no run to go on with/);
});
