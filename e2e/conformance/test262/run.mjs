// The language's own conformance suite, tc39/test262, in a checkout that is given: each test of language/, built-ins/
// and annexB/ that passes on this Node as it is must pass instrumented. Exceptions are listed by name and cause in
// exceptions.json; one that has become needless fails the run like a missing one.

import { fork } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure, say as print, step } from '../../../scripts/progress.mjs';
import { ROOT } from '../../../scripts/setup.mjs';
import { openResults } from './results-file.mjs';

const FOLDERS = ['language', 'built-ins', 'annexB'];
/** Tests that a process gets at a time, and after which it has had enough: realms pile up in its memory. */
const BATCH = 100;
const TESTS_OF_A_PROCESS = 300;
/** A run of a test waits for ten seconds at most (process.mjs), and its agents for twenty. */
const HANG_MS = 60_000;
/** A test that differs is run so often as it is: one that waits by the clock does not pass each time on any Node. */
const AGAIN = 10;
const PRINTED = 40;
/** Name of the mode without instrumentation (modes.mjs, which only the processes load: it starts the runtime). */
const PLAIN = 'plain';

/** [{ test: path below test/, cause }] */
const EXCEPTIONS = JSON.parse(readFileSync(new URL('./exceptions.json', import.meta.url), 'utf8'));
const RESULTS = join(ROOT, '.cache', 'conformance', 'test262.jsonl');

/**
 * Runs the suite of the checkout `root`; of its tests those whose path holds `only`, and of these one in `every`. With
 * `resume`, those that the run before has not got to. Resolves with true where there is no difference but the listed
 * exceptions.
 */
export async function runTest262(root, options) {
  const { only = '', every = 1, jobs = 2, resume = false } = options;
  const { exceptions = EXCEPTIONS, say = print, resultsFile = RESULTS } = options;
  if (!existsSync(join(root, 'harness/assert.js'))) throw new Failure(`${root} is not a checkout of test262.`);
  const matching = FOLDERS.flatMap((folder) => list(root, folder)).filter((test) => test.includes(only));
  const tests = matching.filter((_, i) => i % every === 0);
  if (tests.length === 0) throw new Failure(`No test of ${root} has "${only}" in its path.`);
  const results = openResults(resultsFile, root, resume);
  const tally = createTally();
  for (const test of tests) if (results.known.has(test)) tally.add(test, results.known.get(test));
  const left = tests.filter((test) => !results.known.has(test));
  const title = resume ? `${left.length} of ${tests.length} tests of test262` : `${tests.length} tests of test262`;
  await step(title, async (note) => {
    const queue = batches(left);
    const startMs = performance.now();
    let ended = 0;
    const onResult = (test, result) => {
      results.add(test, result);
      tally.add(test, result);
      const minutesLeft = (((performance.now() - startMs) / ++ended) * (left.length - ended)) / 60_000;
      note(`${ended} done, ${tally.differences.size} different, some ${Math.ceil(minutesLeft)} min to go`);
    };
    await Promise.all(Array.from({ length: jobs }, () => work(root, queue, onResult)));
  });
  return report(tally, exceptions, tests, say);
}

function list(root, folder) {
  const base = join(root, 'test');
  if (!existsSync(join(base, folder))) return [];
  return readdirSync(join(base, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.js') && !entry.name.includes('_FIXTURE'))
    .map((entry) => relative(base, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function batches(tests) {
  const count = Math.ceil(tests.length / BATCH);
  return Array.from({ length: count }, (_, i) => ({ tests: tests.slice(i * BATCH, (i + 1) * BATCH), modeNames: null }));
}

/** Empties the queue with one process at a time. */
async function work(root, queue, onResult) {
  while (queue.length > 0) {
    const early = await runProcess(root, queue, onResult);
    if (!early) continue;
    const { batch, at, how } = early;
    if (!batch) throw new Failure(`A process of the run ${how} before its first test.`);
    const rest = batch.tests.slice(at + 1);
    if (rest.length > 0) queue.unshift({ ...batch, tests: rest });
    tryAlone(batch, batch.tests[at], how);
  }

  // A test that crashes or hangs takes its process with it. It may not be to blame for what others left in there, so
  // it runs again by itself: as it is, which tells whether it is in for the comparison, then in all modes.
  function tryAlone(batch, test, how) {
    if (!batch.alone) queue.push({ tests: [test], modeNames: [PLAIN], alone: true });
    else if (batch.modeNames !== null) onResult(test, [{ strict: false, mode: PLAIN, failure: how }]);
    else onResult(test, [...batch.results, { strict: false, mode: 'instrumented', failure: how }]);
  }
}

/**
 * Runs batches in one process until it has had enough. Resolves with { batch, at, how } where it ended before its
 * time: at which test of which batch, and how.
 */
function runProcess(root, queue, onResult) {
  const child = fork(fileURLToPath(new URL('./process.mjs', import.meta.url)), [], {
    execArgv: ['--experimental-vm-modules', '--no-warnings'],
    env: withoutSettings(process.env),
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  const unsteady = new Set();
  return new Promise((resolve) => {
    let batch;
    let at = 0;
    let given = 0;
    let hang;
    const end = (early) => {
      clearTimeout(hang);
      child.removeAllListeners();
      child.kill('SIGKILL');
      resolve(early);
    };
    const endEarly = (how) => end({ batch, at, how });
    const watch = () => {
      clearTimeout(hang);
      hang = setTimeout(endEarly, HANG_MS, 'hung');
    };
    watch();
    child.on('exit', (code, signal) => endEarly(`ended with ${signal ?? code}`));
    child.on('message', ({ index, results, isRunning }) => {
      watch();
      if (isRunning) return;
      if (results) {
        at = index + 1;
        settle(batch, index, results);
      } else if (queue.length === 0 || given >= TESTS_OF_A_PROCESS) end(null);
      else {
        batch = queue.shift();
        at = 0;
        given += batch.tests.length;
        child.send({ root, tests: batch.tests, modeNames: batch.modeNames });
      }
    });
  });

  function settle({ tests, modeNames, differing }, index, results) {
    const test = tests[index];
    const passes = results.filter(({ failure }) => failure === null).length;
    if (differing) {
      if (passes < results.length) unsteady.add(test);
      if (index === AGAIN - 1)
        onResult(test, unsteady.has(test) ? [{ mode: PLAIN, failure: 'not each time' }] : differing);
    } else if (modeNames !== null) {
      if (passes === 0) onResult(test, results);
      else queue.push({ tests, modeNames: null, alone: true, results });
    } else if (results.some(({ mode, failure }) => mode !== PLAIN && failure !== null)) {
      queue.push({ tests: Array(AGAIN).fill(test), modeNames: [PLAIN], alone: true, differing: results });
    } else onResult(test, results);
  }
}

function withoutSettings(env) {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PRODLENS_|NODE_OPTIONS$)/.test(name)));
}

function createTally() {
  const passed = new Map();
  const skips = new Map();
  const differences = new Map();
  let failedPlain = 0;
  const increment = (map, key) => map.set(key, (map.get(key) ?? 0) + 1);
  return {
    passed,
    skips,
    differences,
    get failedPlain() {
      return failedPlain;
    },
    add(test, results) {
      for (const { strict, mode, failure, skipped } of results) {
        if (skipped) increment(skips, skipped);
        if (failure === null) increment(passed, mode);
        else if (mode === PLAIN) failedPlain++;
        else differences.set(test, `${mode}${strict ? ', strict' : ''}: ${failure}`);
      }
    },
  };
}

function report({ passed, skips, differences, failedPlain }, exceptions, tests, say) {
  const listed = new Set(exceptions.map(({ test }) => test));
  const unlisted = [...differences].filter(([test]) => !listed.has(test));
  const ran = new Set(tests);
  const stale = [...listed].filter((test) => ran.has(test) && !differences.has(test));
  for (const [test, failure] of unlisted.slice(0, PRINTED)) say(`✗ ${test}\n    ${failure.replaceAll('\n', '\n    ')}`);
  if (unlisted.length > PRINTED) say(`… and ${unlisted.length - PRINTED} more`);
  for (const test of stale) say(`✗ ${test} is listed as an exception and passes.`);
  say(`  not passed by this Node as they are, so out: ${failedPlain} runs`);
  for (const [mode, count] of passed) say(`  ${mode}: ${count} runs passed`);
  for (const [reason, count] of skips) say(`  left uninstrumented, ${reason}: ${count} runs`);
  say(`  ${differences.size} tests differ, ${differences.size - unlisted.length} of them listed with a cause`);
  return unlisted.length === 0 && stale.length === 0;
}
