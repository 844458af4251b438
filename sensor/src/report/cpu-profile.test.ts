import assert from 'node:assert/strict';
import inspector from 'node:inspector';
import { test } from 'node:test';
import { compileFunction } from 'node:vm';
import { instrument } from '../instrument/instrument.js';
import { createCounters } from '../measure/counters.js';
import { startRuntime } from '../measure/runtime.js';
import { createSampleRing } from '../measure/sample-ring.js';
import { type CallFrame, type CpuProfile, createLocate, type Locate, selfTimes } from './cpu-profile.js';

const DEADLINE_MS = 60_000;
const runtime = startRuntime(createCounters(), createSampleRing());
test.after(() => runtime.stop());

const PATH = '/service/kinds.js';
const FIRST_ID = 100;
/** Each function whose body is WORK is found; what is called idle is never called. `outside` is not instrumented. */
const PROGRAM = `
function declaration(a = (() => 1)()) { WORK }
const named = function inner() { WORK }, anonymous = function () { WORK };
const arrow = (a) => { WORK }, idle1 = () => { WORK }, second = a => { WORK }, idle2 = () => { WORK };
const brokenLine =
  async (a) => { WORK };
function
  farName
  (a)
{ WORK }
async function asynchronous() { await null; WORK }
function* generator() { WORK yield 1; WORK }
async function* asyncGenerator() { WORK yield 1; }
class Service {
  constructor() { WORK } idle3() { WORK } method() { WORK } get value() { WORK return 1; } set value(v) { WORK }
  static make() { WORK } #hidden() { WORK } callHidden() { this.#hidden(); } async later() { WORK } ['com' + 'puted']() { WORK }
  field = (a) => { WORK };
}
class Derived extends Service { constructor() { super(); WORK } }
const object = { short() { WORK }, get got() { WORK return 1; }, property: function () { WORK }, idle4: () => 1, lambda: (a) => { WORK } };
object.assigned = function () { WORK };
function idle5() {} class Fields { own = outside(); }
function callsOutside() { outside(); }
const list = [1].map((x) => { WORK return x; }).filter(function (x) { WORK return x; });
module.exports = async () => {
  declaration(); named(); anonymous(); arrow(); second(); await brokenLine(); farName(); await asynchronous(); [...generator()];
  for await (const _ of asyncGenerator());
  const s = new Derived(); s.method(); s.value; s.value = 1; Service.make(); s.callHidden(); await s.later(); s.computed(); s.field();
  object.short(); object.got; object.property(); object.lambda(); object.assigned(); callsOutside(); new Fields();
  [1].map((x) => { WORK return x; }).forEach((x) => { WORK });
};
`.replaceAll('WORK', 'for (const end = Date.now() + 8; Date.now() < end;);');

async function profiled(work: () => unknown): Promise<CpuProfile> {
  const session = new inspector.Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: 1_000 });
  session.post('Profiler.start');
  await work();
  let profile: CpuProfile | null = null;
  session.post('Profiler.stop', (_, result) => {
    profile = result.profile;
  });
  session.disconnect();
  return profile!;
}

/** What the test has the program call: it has no id. */
function outside(): void {
  for (const end = Date.now() + 8; Date.now() < end; );
}

test('finds every kind of function in an instrumented program, and no other', async () => {
  const result = instrument(PROGRAM, { path: PATH, format: 'commonjs', firstId: FIRST_ID });
  assert.ok('code' in result);
  const { code, functions, columns } = result;
  const module = { exports: null as unknown as () => Promise<void> };
  const locate = createLocate((path) => (path === PATH ? { firstId: FIRST_ID, functions, columns } : null));
  const program = compileFunction(code, ['module', 'outside'], { filename: PATH });
  const missing = new Set(functions.map((f) => f.name));
  for (const name of [...missing]) if (/idle|iife|callHidden/.test(name)) missing.delete(name);
  const wanted = [...missing];
  for (const deadline = Date.now() + DEADLINE_MS; missing.size > 0 && Date.now() < deadline; ) {
    const profile = await profiled(async () => {
      program(module, outside);
      await module.exports();
    });
    for (const id of selfTimes(profile, locate).functions.keys()) {
      const { name } = functions[id - FIRST_ID]!;
      assert.doesNotMatch(name, /idle/);
      missing.delete(name);
    }
  }
  assert.ok(wanted.length > 30);
  assert.deepEqual([...missing], []);
});

const frame = (functionName: string, url = '', lineNumber = -1): CallFrame => {
  return { functionName, url, lineNumber, columnNumber: -1 };
};
const locateByLine: Locate = ({ url, lineNumber }) => (url === 'app.js' ? lineNumber : null);

test('gives a function what runs without an id below it, and keeps the rest apart', () => {
  const profile: CpuProfile = {
    nodes: [
      { id: 1, callFrame: frame('(root)'), hitCount: 0, children: [2, 5, 6, 7, 8] },
      { id: 2, callFrame: frame('handle', 'app.js', 11), hitCount: 1, children: [3] },
      { id: 3, callFrame: frame('constructor', ''), hitCount: 2, children: [4, 10] },
      { id: 4, callFrame: frame('revive', 'app.js', 12), hitCount: 4, children: [9] },
      { id: 5, callFrame: frame('(idle)'), hitCount: 8 },
      { id: 6, callFrame: frame('(program)'), hitCount: 16 },
      { id: 7, callFrame: frame('processTimers', 'node:internal/timers', 5), hitCount: 32, children: [11] },
      { id: 8, callFrame: frame('notHit', 'app.js', 13), hitCount: 0 },
      { id: 9, callFrame: frame('(garbage collector)'), hitCount: 64 },
      { id: 10, callFrame: frame('inNode', 'node:internal/util', 3), hitCount: 128 },
      { id: 11, callFrame: frame('handle', 'app.js', 11), hitCount: 256 },
    ],
    timeDeltas: [9_999, 1_000, 1_000, 1_000, 50_000],
  };
  assert.deepEqual(selfTimes(profile, locateByLine), {
    functions: new Map([
      [11, (1 + 2 + 128 + 256) * 1e6],
      [12, 4 * 1e6],
    ]),
    otherNs: 32e6,
    gcNs: 64e6,
    programNs: 16e6,
    idleNs: 8e6,
  });
});

test('shares out the processor time of the thread where it is known', () => {
  const profile: CpuProfile = {
    nodes: [
      { id: 1, callFrame: frame('(root)'), children: [2, 3, 4] },
      { id: 2, callFrame: frame('handle', 'app.js', 11), hitCount: 6 },
      { id: 3, callFrame: frame('(idle)'), hitCount: 50 },
      { id: 4, callFrame: frame('(garbage collector)'), hitCount: 2 },
    ],
    timeDeltas: [47_000, 47_000, 47_000],
    cpuMs: 40,
  };
  const { functions, gcNs, idleNs } = selfTimes(profile, locateByLine);
  assert.deepEqual([functions.get(11), gcNs, idleNs], [30e6, 10e6, 50 * 47e6]);
});

test('finds modules by path and by URL, and nothing where there is none', () => {
  const asked: string[] = [];
  const columns = new Uint8Array();
  const functions = [{ name: 'run', kind: 'function', line: 3, column: 9 }] as const;
  const locate = createLocate((path) => {
    asked.push(path);
    return path === '/a b.mjs' ? { firstId: 7, functions, columns } : null;
  });
  const at = (url: string, functionName = 'run') => ({ url, functionName, lineNumber: 3, columnNumber: 12 });
  assert.equal(locate(at('file:///a%20b.mjs?v=1')), 7);
  assert.equal(locate(at('/a b.mjs')), 7);
  assert.equal(locate(at('/a b.mjs', 'other')), null);
  assert.equal(locate(at('/none.js')), null);
  assert.equal(locate(at('file://host/%00')), null);
  assert.equal(locate(at('/none.js', 'other')), null);
  assert.equal(asked.filter((path) => path === '/none.js').length, 1);
});

test('takes an empty profile', () => {
  assert.deepEqual(selfTimes({ nodes: [] }, locateByLine).functions, new Map());
});
