// Test suites of npm packages, with and without the sensor: each file must give the same results, test by test, and
// the same exit code. A file that differs is run again, some tests being flaky by themselves; one that differs each
// time is a difference. A real collector says what the sensor measured meanwhile: no comparison without it.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNode } from '../../../scripts/programs.mjs';
import { Failure, say, step } from '../../../scripts/progress.mjs';
import { ROOT } from '../../../scripts/setup.mjs';
import { fetchPackage, filesOf } from './fetch.mjs';
import { suites } from './suites.mjs';

const TRIES = 3;
const FILE_TIMEOUT_MS = 300_000;
const SENSOR = import.meta.resolve('@prodlens/sensor/register');

/** Runs the suites of these packages, or of all; resolves with true where nothing differs. */
export async function runPackages(names) {
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) throw new Failure(`No suite of ${unknown.join(', ')} is known.`);
  const data = mkdtempSync(join(tmpdir(), 'prodlens-conformance-'));
  const collector = await startCollector(data);
  const rows = [];
  const missing = [];
  try {
    for (const suite of suites.filter(({ name }) => names.length === 0 || names.includes(name))) {
      const folder = await fetchOrSayWhyNot(suite);
      if (folder) rows.push(await step(suite.name, (note) => runSuite(suite, folder, collector.ready.url, note)));
      else missing.push(suite.name);
    }
  } finally {
    await collector.stop();
    rmSync(data, { recursive: true, force: true });
  }
  print(rows);
  if (missing.length > 0) say(`Not run: ${missing.join(', ')}, see above.`);
  return missing.length === 0 && rows.every(isSame);
}

async function fetchOrSayWhyNot(suite) {
  try {
    return await step(`Fetching ${suite.name}`, () => fetchPackage(suite));
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    say(error.message);
    return null;
  }
}

function startCollector(data) {
  const cli = join(ROOT, 'collector/dist/cli.js');
  const ready = (line) => line.includes('"url"') && JSON.parse(line);
  return startNode('collector', [cli, 'up', '--port', '0', '--data', data, '--json'], { env: environment(), ready });
}

async function runSuite(suite, folder, url, note) {
  const files = filesOf(folder).filter((file) => suite.files.test(file));
  const sensor = { PRODLENS_URL: url, PRODLENS_SERVICE: suite.name, NODE_OPTIONS: `--import ${SENSOR}` };
  const row = {
    name: suite.name,
    files: files.length,
    plain: tally(),
    measured: tally(),
    again: 0,
    differing: [],
    listed: [],
  };
  const queue = [...files];
  const work = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      note(`${files.length - queue.length} of ${files.length} files`);
      await compareFile(folder, file, sensor, row, suite.exceptions?.[file]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return { ...row, ...(await measuredFunctions(url, suite.name)) };
}

async function compareFile(folder, file, sensor, row, cause) {
  for (let attempt = 1; ; attempt++) {
    const plain = await runFile(folder, file, {});
    const measured = await runFile(folder, file, sensor);
    const difference = differenceOf(plain, measured);
    if (difference !== '' && attempt < TRIES) {
      row.again++;
      continue;
    }
    if (difference !== '')
      (cause ? row.listed : row.differing).push(`${file}${cause ? ` ${cause}` : ''}\n${difference}`);
    add(row.plain, plain);
    add(row.measured, measured);
    return;
  }
}

/** Runs a test file to its end: { results: "ok NAME" or "not ok NAME" of every test, code, output }. */
function runFile(folder, file, settings) {
  const child = spawn(process.execPath, ['--test-reporter=tap', file], {
    cwd: folder,
    env: { ...environment(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: FILE_TIMEOUT_MS,
    killSignal: 'SIGKILL',
  });
  let output = '';
  let errors = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (code, signal) => {
      const lines = output.matchAll(/^\s*((?:not )?ok) \d+(?: -)?[ \t]*(.*)$/gm);
      resolve({ results: Array.from(lines, ([, ok, name]) => `${ok} ${name}`), code: signal ?? code, errors });
    });
  });
}

/** The person's environment without what steers Node, tests or a sensor. */
function environment() {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(PRODLENS_|OTEL_|NODE_|npm_|CI$)/.test(name)),
  );
}

/** Lines that say what one run has and the other has not; '' where both are the same. */
function differenceOf(plain, measured) {
  const lines = [...without(plain.results, measured.results).map((result) => `    plain: ${result}`)];
  lines.push(...without(measured.results, plain.results).map((result) => `    with the sensor: ${result}`));
  if (plain.code !== measured.code) lines.push(`    exit codes: ${plain.code}, with the sensor ${measured.code}`);
  if (lines.length > 0 && measured.errors) lines.push(`    its last words: ${measured.errors.slice(-1_000)}`);
  return lines.join('\n');
}

function without(results, others) {
  const left = [...others];
  return results.filter((result) => {
    const at = left.indexOf(result);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

function tally() {
  return { passed: 0, failed: 0 };
}

function add(counts, { results, code }) {
  const failed = results.filter((result) => result.startsWith('not ok')).length;
  counts.passed += results.length - failed;
  counts.failed += failed;
  counts.codes = [...(counts.codes ?? []), code];
}

/** Functions with calls that the collector knows of the suite, at most 1000: of its code, its tests, its packages. */
async function measuredFunctions(url, service) {
  const answer = await fetch(`${url}/api/v1/functions?service=${service}&window=1h&sort=calls&limit=1000`);
  const { functions } = await answer.json();
  const called = functions.filter(({ calls }) => calls > 0).map(({ file }) => file);
  const count = (pattern) => called.filter((file) => pattern.test(file)).length;
  return {
    inTests: count(/^test\//),
    inPackages: count(/^node_modules\//),
    inCode: count(/^(?!test\/|node_modules\/)/),
  };
}

function isSame({ differing, inTests, inCode }) {
  return differing.length === 0 && inTests > 0 && inCode > 0;
}

function verdict(row) {
  if (!isSame(row)) return 'DIFFERENT';
  return row.listed.length > 0 ? `same but for ${row.listed.length} of known cause` : 'same';
}

function print(rows) {
  const columns = ['package', 'files', 'plain', 'with the sensor', 'run again', 'functions measured', ''];
  const counts = ({ passed, failed }) => `${passed} passed, ${failed} failed`;
  const lines = rows.map((row) => [
    row.name,
    String(row.files),
    counts(row.plain),
    counts(row.measured),
    String(row.again),
    `${row.inCode} of its code, ${row.inTests} of its tests, ${row.inPackages} of packages`,
    verdict(row),
  ]);
  const widths = columns.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i].length)));
  for (const line of [columns, ...lines]) say(line.map((cell, i) => cell.padEnd(widths[i])).join('  '));
  for (const { name, differing, listed } of rows) {
    for (const one of differing) say(`✗ ${name}: ${one}`);
    for (const one of listed) say(`  known: ${name}: ${one}`);
  }
}
