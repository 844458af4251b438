// Runs tests in this process, one after the other, each in realms of its own: first as it is, and where it passes,
// instrumented by each policy. Answers for each test as it ends, so that whoever started it knows what crashed or hung.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate, setTimeout } from 'node:timers/promises';
import vm from 'node:vm';
import { hasAgents, stopAgents } from './agents.mjs';
import { harnessOf, readMetadata, strictnessesOf } from './metadata.mjs';
import { lastSkipped, modes } from './modes.mjs';
import { createRealm } from './realm.mjs';

/** Turns of the event loop after which a test that waits for nothing outside has nothing more to say. */
const TURNS = 20;
const PATIENCE_MS = 10_000;

process.on('unhandledRejection', () => {});
process.on('uncaughtException', () => {});
process.on('message', async ({ root, tests, modeNames }) => {
  const wanted = modes.filter(({ name }) => modeNames === null || modeNames.includes(name));
  for (const [index, test] of tests.entries()) process.send({ index, results: await runTest(root, test, wanted) });
  process.send({ done: true });
});
process.on('disconnect', () => process.exit());
process.send({ done: true });

/** The outcome of each way to run a test that passes as it is: [{ strict, mode, failure, skipped }]. */
async function runTest(root, path, [plain, ...instrumented]) {
  const file = join(root, 'test', path);
  const text = readFileSync(file, 'utf8');
  const test = { root, file, text, metadata: readMetadata(text) };
  const strictnesses = strictnessesOf(test.metadata);
  const results = [];
  for (const strict of strictnesses) {
    results.push({ strict, mode: plain.name, failure: await runOnce(test, strict, plain) });
  }
  const passing = results.filter(({ failure }) => failure === null).map(({ strict }) => strict);
  for (const mode of instrumented) {
    for (const strict of passing) {
      const skips = [];
      const failure = await runOnce(test, strict, mode, (reason) => skips.push(reason));
      results.push({ strict, mode: mode.name, failure, skipped: skips[0] ?? null });
    }
  }
  return results;
}

/** Runs a test once; null where it passes, else what went wrong. */
async function runOnce({ root, file, text, metadata }, strict, mode, onSkip = () => {}) {
  process.send({ isRunning: true });
  let printed = null;
  const realm = createRealm(mode, (line) => {
    printed ??= String(line);
  });
  const progress = { phase: 'parse', thrown: null, ended: false };
  const source = strict ? `"use strict";\n${text}` : text;
  const isPatient = /agent|waitAsync|setTimeout|FinalizationRegistry/.test(text);
  try {
    for (const name of harnessOf(metadata)) harnessScript(root, name, mode).runInContext(realm.global);
    execute();
    await until(() => progress.ended, isPatient);
    if (metadata.flags.has('async') && !progress.thrown) await until(() => printed !== null, isPatient);
    return verdict(metadata, progress, printed);
  } catch (error) {
    return `harness: ${describe(error)}`;
  } finally {
    if (hasAgents()) await stopAgents();
  }

  async function execute() {
    try {
      if (metadata.flags.has('module')) await executeModule();
      else executeScript();
    } catch (error) {
      progress.thrown = { phase: progress.phase, error };
    }
    progress.ended = true;
  }
  function executeScript() {
    const script = realm.compile(source, file);
    if (mode.isInstrumented && lastSkipped()) onSkip(lastSkipped());
    progress.phase = 'runtime';
    realm.run(script);
  }
  async function executeModule() {
    const module = realm.moduleOf(source, file);
    if (mode.isInstrumented && lastSkipped()) onSkip(lastSkipped());
    progress.phase = 'resolution';
    await realm.link(module);
    progress.phase = 'runtime';
    await realm.evaluate(module);
  }
}

function verdict({ flags, negative }, { thrown, ended }, printed) {
  if (!ended) return 'did not end';
  if (negative) {
    if (!thrown) return `no ${negative.type} in phase ${negative.phase}`;
    const isExpected = thrown.phase === negative.phase && thrown.error?.constructor?.name === negative.type;
    return isExpected ? null : `in phase ${thrown.phase}: ${describe(thrown.error)}`;
  }
  if (thrown) return describe(thrown.error);
  if (!flags.has('async') || printed === 'Test262:AsyncTestComplete') return null;
  return printed ?? '$DONE was not called';
}

const harness = new Map();

/** A file of the harness, compiled once in each mode. */
function harnessScript(root, name, mode) {
  const key = `${mode.name} ${name}`;
  let script = harness.get(key);
  if (!script) {
    const filename = join(root, 'harness', name);
    script = new vm.Script(mode.rewrite(readFileSync(filename, 'utf8'), filename, 'commonjs'), { filename });
    harness.set(key, script);
  }
  return script;
}

/** Lets the event loop turn until the condition holds or nothing more is to be expected. */
async function until(condition, isPatient) {
  const deadline = performance.now() + PATIENCE_MS;
  for (let turn = 0; !condition(); turn++) {
    if (turn < TURNS) await setImmediate();
    else if (isPatient && performance.now() < deadline) await setTimeout(5);
    else return;
  }
}

function describe(error) {
  try {
    return String(error?.stack ?? error).slice(0, 600);
  } catch {
    return 'an error that cannot be printed';
  }
}
