// Every check there is, with its own set-up: types, format and lint, unit tests, end to end, real VS Code in real
// Chromium, real Neovim, JetBrains. A part that cannot run on this machine is skipped with the reason; with CI=true that fails.
//
//   npm test              everything
//   npm test -- unit      one part: check, unit, e2e, demo, vscode, neovim, jetbrains

import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build, hasSource } from './build.mjs';
import { runNode } from './programs.mjs';
import { Failure, runScript, say, step } from './progress.mjs';
import { ROOT, setup } from './setup.mjs';
import { runTestFiles } from './test-files.mjs';

const PARTS = { check, unit, e2e, demo, vscode, neovim, jetbrains };
const USAGE = `Usage: npm test [-- PART …]\nParts: ${Object.keys(PARTS).join(', ')}; without one, all of them.`;

const total = { passed: 0, failed: 0, skipped: 0 };
const skips = [];
let chromiumFound;

await runScript(async () => {
  const wanted = process.argv.slice(2);
  if (wanted.some((name) => ['--help', '-h'].includes(name))) return say(USAGE);
  const unknown = wanted.filter((name) => !(name in PARTS));
  if (unknown.length > 0) throw new Failure(`No such part: ${unknown.join(', ')}.\n${USAGE}`);
  await setup();
  await build();
  count({ passed: 1 }); // the types: the build has checked them
  for (const name of wanted.length > 0 ? wanted : Object.keys(PARTS)) await PARTS[name]();
  conclude();
});

function conclude() {
  for (const reason of skips) say(`Skipped: ${reason}`);
  const skippedFails = process.env.CI === 'true' && total.skipped > 0;
  if (skippedFails) say('With CI=true nothing may be skipped.');
  if (total.failed > 0 || skippedFails) process.exitCode = 1;
  const failed = total.failed + (skippedFails ? total.skipped : 0);
  say(`${total.passed} passed, ${failed} failed`);
}

function count({ passed = 0, failed = 0, skipped = 0 }) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
}

function skip(reason) {
  skips.push(reason);
  count({ skipped: 1 });
}

async function check() {
  const biome = join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  await step('Format and lint', async () => {
    const { code, output } = await runNode([biome, 'check', '--error-on-warnings', '.'], { cwd: ROOT });
    count(code === 0 ? { passed: 1 } : { failed: 1 });
    if (code !== 0) say(output);
  });
}

/** Chromium for every part that needs it; its path, or null after its absence was explained. */
function chromium() {
  const log = (text) => say(`  ${text}`);
  chromiumFound ??= step('Finding Chromium', async () => {
    const { findChromium } = await import('./installs/chromium.mjs');
    const path = await findChromium({ install: true, log });
    if (path) process.env.CHROME = path;
    return path;
  });
  return chromiumFound;
}

async function unit() {
  const { missingDatabases } = await import('./installs/databases.mjs');
  const log = (text) => say(`  ${text}`);
  // Tests say themselves that they are skipped without these.
  await step('Finding databases', () => missingDatabases({ install: true, log }));
  const { installJavaServers } = await import('./installs/java-servers.mjs');
  await step('Finding servers in Java', () => installJavaServers({ log }));
  const { installTestPackages } = await import('./installs/test-packages.mjs');
  await step('Finding heavy packages', () => installTestPackages({ log }));
  const { findNode } = await import('./installs/nodes.mjs');
  for (const major of [22, 24]) await step(`Finding Node ${major}`, () => findNode(major, { install: true, log }));
  const { installChdb } = await import('./installs/chdb.mjs');
  await step('Finding ClickHouse', () => installChdb({ log }));
  await chromium();
  const files = (await testFiles()).filter((file) => !file.startsWith('e2e'));
  await runFiles('Unit tests', files, 2);
}

async function e2e() {
  const { findNode } = await import('./installs/nodes.mjs');
  const log = (text) => say(`  ${text}`);
  for (const major of [22, 24]) await step(`Finding Node ${major}`, () => findNode(major, { install: true, log }));
  const { installTestPackages } = await import('./installs/test-packages.mjs');
  await step('Finding heavy packages', () => installTestPackages({ log }));
  const { findMcpPrograms } = await import('./installs/mcp-programs.mjs');
  await step('Finding programs of agents', () => findMcpPrograms({ install: true, log }));
  const files = (await testFiles()).filter((file) => file.startsWith('e2e') && !/vscode|neovim/.test(file));
  await runFiles('End to end', files, 1);
}

/** The command that the README begins with, to the end. */
async function demo() {
  await step('Demo', async () => {
    const { code, output } = await runNode([join(ROOT, 'scripts/demo.mjs'), '--once'], { cwd: ROOT });
    const hasLenses = /◂ ▲ .+ slower since 2\.0\.0 · p95 .+min/.test(output) && /◂ .* % errors/.test(output);
    count(code === 0 && hasLenses ? { passed: 1 } : { failed: 1 });
    if (code !== 0 || !hasLenses) say(`The demo ended with ${code}:\n${output}`);
  });
}

async function vscode() {
  const log = (text) => say(`  ${text}`);
  const { installVSCode } = await import('./installs/vscode.mjs');
  if (!(await chromium())) return skip('VS Code: there is no Chromium, see above');
  try {
    await step('Finding VS Code', () => installVSCode({ log }));
  } catch (error) {
    return skip(`VS Code could not be installed: ${error.message}`);
  }
  const files = (await testFiles()).filter((file) => file.startsWith('e2e') && file.includes('vscode'));
  await runFiles('VS Code', files, 1);
}

async function neovim() {
  const log = (text) => say(`  ${text}`);
  const { findNeovim } = await import('./installs/neovim.mjs');
  const path = await step('Finding Neovim', () => findNeovim({ install: true, log }));
  if (!path) return skip('Neovim: there is none, see above');
  process.env.NVIM = path;
  const files = (await testFiles()).filter((file) => file.startsWith('e2e') && file.includes('neovim'));
  await runFiles('Neovim', files, 1);
}

async function jetbrains() {
  const log = (text) => say(`  ${text}`);
  const { findJava } = await import('./installs/java.mjs');
  const java = await step('Finding Java and Maven', () => findJava({ install: true, log }));
  if (!java) return skip('JetBrains client: there is no Java with Maven, see above');
  const { runJetBrainsTests } = await import(
    pathToFileURL(join(ROOT, 'extension-jetbrains-bridge/run-tests.mjs')).href
  );
  const { startRunningExample } = await import(pathToFileURL(join(ROOT, 'e2e/dist/running-example.js')).href);
  const file = join(ROOT, 'examples/order-service/src/pricing.ts');
  await step('JetBrains client', async (note) => {
    note('starting the example');
    const example = await startRunningExample();
    try {
      note('Maven');
      count(await runJetBrainsTests({ url: example.collectorUrl, file, log }));
    } finally {
      await example.stop();
    }
  });
}

async function runFiles(title, files, concurrency) {
  if (files.length === 0) throw new Failure(`${title}: no test files were found.`);
  const counts = await step(title, (note) =>
    runTestFiles(
      files.map((file) => join(ROOT, file)),
      { concurrency, note },
    ),
  );
  say(`  ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped.length} skipped`);
  count({ passed: counts.passed, failed: counts.failed });
  for (const reason of counts.skipped) skip(reason);
}

/** All test files, relative to the root: compiled ones, and those of plain scripts. */
async function testFiles() {
  const found = [];
  const visit = async (folder) => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!entry.name.startsWith('.') && !['node_modules', 'target', 'bundle', 'src'].includes(entry.name))
          await visit(path);
      } else if (/\.test\.m?js$/.test(entry.name) && (path.endsWith('.mjs') || hasSource(path)))
        found.push(relative(ROOT, path));
    }
  };
  await visit(ROOT);
  return found.sort();
}
