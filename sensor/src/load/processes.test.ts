// Threads and processes that a program starts, with and without the sensor: they inherit it by the flags that they
// inherit, and print and end as they would without.

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { type Outcome, programs, REGISTER, REGISTER_PATH } from '../testing/programs.js';

const WORK = `function work(n) { return n + 1 } globalThis.measured?.(work);`;

const host = programs({
  'reporter.mjs': `export default async function* (events) { for await (const { type, data } of events) if (/^test:(pass|fail)$/.test(type)) yield type + ' ' + data.name + '\\n' }`,
  'thread.cjs': `${WORK} require('node:worker_threads').parentPort.postMessage(work(1))`,
  'thread.mjs': `import { parentPort } from 'node:worker_threads'; ${WORK} parentPort.postMessage(work(2))`,
  'bare-thread.cjs': `const { parentPort } = require('node:worker_threads'); parentPort.postMessage([process.execArgv.length, process.env.ONLY, Object.keys(process.env).length])`,
  'child.cjs': `${WORK} process.send ? process.send(work(3)) : console.log(work(3))`,
  'child.mjs': `${WORK} console.log(work(4))`,
});
after(() => host.remove());

const PROGRAMS: Record<string, [file: string, source: string, args?: string[]]> = {
  'worker threads: CommonJS, ES module': [
    'a.cjs',
    `const { Worker } = require('node:worker_threads'); const { once } = require('node:events');
    (async () => { for (const file of ['./thread.cjs', './thread.mjs']) console.log(await once(new Worker(file), 'message')) })()`,
  ],
  'worker threads: text, address, data address': [
    'b.cjs',
    `const { Worker } = require('node:worker_threads'); const { once } = require('node:events'); const { pathToFileURL } = require('node:url');
    const text = "const f = () => 5; globalThis.untouched?.(f); require('node:worker_threads').parentPort.postMessage([f(), require.main === undefined])";
    (async () => { console.log(await once(new Worker(text, { eval: true }), 'message'), await once(new Worker(pathToFileURL(__dirname + '/thread.mjs')), 'message'));
    const worker = new Worker(new URL('data:text/javascript,throw new Error("in data")')); console.log((await once(worker, 'error'))[0].message) })()`,
  ],
  'worker threads: own flags, own environment, standard streams, an exit code, a thread that is ended': [
    'c.cjs',
    `const { Worker } = require('node:worker_threads'); const { once } = require('node:events');
    (async () => { console.log(await once(new Worker('./bare-thread.cjs', { execArgv: [], env: { ONLY: 'this' } }), 'message'));
    const streams = new Worker('console.log("out"); console.error("err"); process.exit(7)', { eval: true, stdout: true, stderr: true });
    const out = []; for (const name of ['stdout', 'stderr']) streams[name].on('data', (data) => out.push(name + data)); console.log(await once(streams, 'exit'), out.sort());
    const busy = new Worker('for (;;);', { eval: true }); await once(busy, 'online'); console.log(await busy.terminate()) })()`,
  ],
  cluster: [
    'd.cjs',
    `const cluster = require('node:cluster'); ${WORK} if (cluster.isPrimary) { for (let i = 0; i < 2; i++) cluster.fork(); let left = 2;
    cluster.on('message', (worker, message) => { console.log(message); worker.disconnect(); }); cluster.on('exit', (worker, code) => { console.log('exit', code); }) }
    else process.send(work(1))`,
  ],
  'fork: flags are inherited': [
    'e.cjs',
    `require('node:child_process').fork('./child.cjs').on('message', function (message) { console.log(message); this.disconnect() }).on('exit', (code) => console.log(code))`,
  ],
  'node --test': [
    'g.test.mjs',
    `import test from 'node:test'; ${WORK} test('one', () => { if (idOf(work) === undefined) throw new Error('not measured') }); test('two', () => {}); test('three', () => { throw new Error('three') })`,
    ['--test', '--test-reporter=./reporter.mjs'],
  ],
  'node --watch': [
    'h.mjs',
    `${WORK} console.log(work(1)); process.kill(process.ppid, 'SIGTERM'); setTimeout(() => {}, 60_000)`,
    ['--watch', '--watch-preserve-output'],
  ],
};

const SPAWN: typeof PROGRAMS = {
  'spawn: NODE_OPTIONS is inherited': [
    'f.cjs',
    `const { execFileSync } = require('node:child_process'); for (const file of ['child.cjs', 'child.mjs']) console.log(execFileSync(process.execPath, [file], { encoding: 'utf8' }))`,
  ],
};

const NODE_OPTIONS = `--require ${REGISTER_PATH}`;
const WAYS: [how: string, flags: string[], env: Record<string, string>, programs: typeof PROGRAMS][] = [
  ['--import', ['--import', REGISTER], {}, PROGRAMS],
  ['NODE_OPTIONS', [], { NODE_OPTIONS, TEST_WITH_SENSOR: '1' }, { ...PROGRAMS, ...SPAWN }],
];

for (const [how, flags, env, table] of WAYS) {
  describe(how, { concurrency: 3 }, () => {
    for (const [title, [file, source, args = []]] of Object.entries(table)) {
      test(title, async () => {
        host.write({ [file]: source });
        const plain = await host.run([...args, file], []);
        assert.notEqual(plain.stdout, '', 'the program shows something');
        assert.deepEqual(inAnyOrder(await host.run([...args, file], flags, env)), inAnyOrder(plain));
      });
    }
  });
}

/** Processes that run side by side print in the order in which they come. */
function inAnyOrder(outcome: Outcome) {
  return { ...outcome, stdout: outcome.stdout.split('\n').sort() };
}
