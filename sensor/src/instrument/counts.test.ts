// Counts: what the text tells the runtime: calls, ends, errors, and which function is running.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recordGlobals } from '../testing/recording-globals.js';
import { instrument, type Timing, withFirstId } from './instrument.js';

const recording = recordGlobals();
const turn = () => new Promise((resolve) => setImmediate(resolve));

let nextId = 1;

interface Counted {
  calls: number;
  ends: number;
  errors: number;
  callers: string[];
}

/** Runs a program that exports a function, under names that say what is running; counts by name. */
async function countsOf(program: string, timing: Timing = 'calling') {
  const source = `module.exports = async (running) => {${program}};`;
  const result = instrument(source, { path: 'test.js', format: 'commonjs', timing });
  assert.ok(!('skipped' in result), `skipped: ${JSON.stringify(result)}`);
  const firstId = nextId;
  nextId += result.functions.length;
  const shortName = (name: string) => name.replace(/^module\.exports\.?/, '') || 'main';
  const nameOf = (id: number) => (id === 0 ? 'none' : shortName(result.functions[id - firstId]!.name));
  const module = { exports: async (_running: () => void): Promise<void> => {} };
  new Function('module', withFirstId(result.code, result.idOffsets, firstId))(module);
  const from = recording.ends.length;
  const log: string[] = [];
  await module.exports(() => log.push(nameOf(recording.running())));
  await turn();
  assert.equal(recording.running(), 0);
  const ends = recording.ends.slice(from);
  const counts: Record<string, Counted> = {};
  for (const [i, { name }] of result.functions.entries()) {
    const own = ends.filter(({ id }) => id === firstId + i);
    counts[shortName(name)] = {
      calls: recording.calls(firstId + i),
      ends: own.length,
      errors: own.filter(({ threw }) => threw).length,
      callers: [...new Set(own.map(({ caller }) => nameOf(caller)))],
    };
  }
  return { counts, log };
}

test('sync: calls, ends and errors', async () => {
  const { counts } = await countsOf(`
    function ok(n) { if (n > 1) throw new RangeError('n'); return small(n) } function small(n) { return n + 1 }
    function nothing() { ok(0) } function bare(n) { if (ok(n)) return; return }
    for (let i = 0; i < 5; i++) try { ok(i) } catch {}
    nothing(); bare(0)`);
  const { ok, small, nothing, bare } = counts;
  assert.deepEqual([ok!.calls, ok!.ends, ok!.errors], [7, 7, 3]);
  assert.deepEqual([small!.calls, small!.ends], [4, 0]);
  assert.deepEqual([nothing!.errors, bare!.errors], [0, 0]);
});

test('async: to the end of the promise that is returned', async () => {
  const { counts } = await countsOf(`
    const later = (n) => new Promise((yes, no) => setImmediate(n ? no : yes));
    async function passesOn(n) { return later(n) } async function awaits(n) { await later(n) } async function plain() { later(0) }
    async function afterwards() { try { return await later(1) } catch { return 1 } finally { await 1 } }
    for (const n of [0, 1, 1]) for (const f of [passesOn, awaits, plain, afterwards]) await f(n).catch(() => {})`);
  const of = (name: string) => [counts[name]!.calls, counts[name]!.ends, counts[name]!.errors];
  assert.deepEqual(of('passesOn'), [3, 3, 2]);
  assert.deepEqual(of('awaits'), [3, 3, 2]);
  assert.deepEqual(of('plain'), [3, 3, 0]);
  assert.deepEqual(of('afterwards'), [3, 3, 0]);
});

test('generators: an early end is none with an error, a throw is one', async () => {
  const { counts } = await countsOf(`
    function* many() { for (let i = 0; ; i++) yield i } function* outer() { yield* many() }
    function* fails() { yield 1; throw new Error('f') } function* whole() { yield 1 } function* never() { yield 1 }
    async function* later() { yield 1; await 2; yield 3 }
    for (const x of outer()) if (x === 3) break
    try { for (const x of fails()); } catch {}
    const thrownInto = outer(); thrownInto.next(); try { thrownInto.throw(new Error('in')) } catch {}
    for (const x of whole()); never(); never().next(); for await (const x of later()); for await (const x of later()) break`);
  const of = (name: string) => [counts[name]!.calls, counts[name]!.ends, counts[name]!.errors];
  assert.deepEqual(of('many'), [2, 2, 1]);
  assert.deepEqual(of('outer'), [2, 2, 1]);
  assert.deepEqual(of('fails'), [1, 1, 1]);
  assert.deepEqual(of('whole'), [1, 1, 0]);
  assert.deepEqual(of('never'), [1, 0, 0]);
  assert.deepEqual(of('later'), [2, 2, 0]);
});

test('running: the caller again behind each return, throw and suspension', async () => {
  const { log, counts } = await countsOf(`
    function inner() { running() } function throws() { running(); throw 1 }
    function outer() { inner(); running(); try { throws() } catch {} running() }
    outer(); running()`);
  assert.deepEqual(log, ['inner', 'outer', 'throws', 'outer', 'main']);
  assert.deepEqual(counts.inner!.callers, ['outer']);
});

test('running: through awaits that are fulfilled and rejected', async () => {
  const { log, counts } = await countsOf(`
    const fails = async () => { await null; throw 1 };
    async function first() { running(); await null; running(); try { await fails(); running() } catch { running() } running() }
    async function second() { await null; try { try { await fails() } finally { running() } } catch {} running() }
    const promise = first(); running(); await promise; running(); await second(); running()`);
  assert.deepEqual(log, ['first', 'main', 'first', 'first', 'first', 'main', 'second', 'second', 'main']);
  assert.deepEqual(counts.first!.callers, ['main']);
});

test('running: in the body of a for await and behind it, however it is left, and not while it waits', async () => {
  const { log, counts } = await countsOf(`
    const steps = { [Symbol.asyncIterator]: () => ({ n: 0, next() { running(); return { value: this.n, done: this.n++ > 2 } } }) };
    async function whole() { for await (const x of [1, 2]) running(); running() }
    async function leaves() {
      one: two: for await (const x of [1]) for await (const y of [1, 2]) { if (y === 2) break one; inner(); continue }
      running(); three: do { for await (const x of [1]) continue three } while (!running());
      try { for await (const x of [Promise.reject(1)]); } catch { running() }
      for await (const x of [1]) return running();
    }
    function inner() { running() }
    async function waits() { await null; running(); for await (const x of steps) running(); running() }
    await whole(); const promise = leaves(); running(); await promise; running();
    await waits(); running()`);
  const next = 'steps.[Symbol.asyncIterator].next';
  const waits = ['waits', next, 'waits', next, 'waits', next, 'waits', next, 'waits'];
  const leaves = ['main', 'inner', 'leaves', 'leaves', 'leaves', 'leaves', 'main'];
  assert.deepEqual(log, ['whole', 'whole', 'whole', ...leaves, ...waits, 'main']);
  assert.deepEqual(counts.inner!.callers, ['leaves']);
  assert.deepEqual(counts[next]!.callers, ['none'], 'waiting is nobody’s');
});

test('running: never a generator, nor what awaits in hiding', async () => {
  const { log } = await countsOf(`
    function* generates() { running(); yield 1; running() }
    for (const x of generates()) running(); running()`);
  assert.deepEqual(log, ['main', 'main', 'main', 'main']);
});
