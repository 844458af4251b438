// Everything Java of the bridge, tested by Maven: core by itself, the packed plugin as the Marketplace reads it, and the
// language server through LSP4J against a collector that is already running. Counts what Maven's reports say. It starts
// no collector and builds no TypeScript.
// By hand: node extension-jetbrains-bridge/run-tests.mjs COLLECTOR_URL SOURCE_FILE

import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { findJava } from '../scripts/installs/java.mjs';
import { BRIDGE, maven, packagePlugin } from './package-plugin.mjs';

const MODULES = ['core', 'plugin-check', 'client-test'];
const INSTALLER = join(BRIDGE, 'bridge', 'dist', 'cli.js');
const COLLECTOR = join(BRIDGE, '..', 'collector', 'dist', 'cli.js');
const LANGUAGE_SERVER = join(BRIDGE, '..', 'language-server', 'dist', 'cli.js');

/**
 * Counts of test methods. Throws where Maven ended without running any, with the end of what it said.
 * Without a JDK and Maven on the PATH nothing runs: { passed: 0, failed: 0, skipped: 1 }, the reason in the log.
 * @param {{ url: string, file: string, log: (line: string) => void }} options url: of the collector; file: source file
 *   of a service that reports to it, with one slowed function
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function runJetBrainsTests({ url, file, log }) {
  const java = await findJava({ install: false, log });
  if (java === null) return { passed: 0, failed: 0, skipped: 1 };

  const folder = await mkdtemp(join(tmpdir(), 'prodlens-jetbrains-'));
  try {
    const zip = join(folder, 'prodlens-jetbrains.zip');
    await packagePlugin({ mvn: java.mvn, outFile: zip, log });
    await promisify(execFile)('jar', ['--extract', '--file', zip], { cwd: folder });
    // With a space, as in "C:\\Users\\First Last": the template's command has to hold it together.
    const installed = join(folder, 'home of somebody');
    await promisify(execFile)(process.execPath, [
      INSTALLER,
      'install',
      '--folder',
      installed,
      '--node',
      process.execPath,
    ]);
    const properties = {
      'prodlens.node': process.execPath,
      'prodlens.server': LANGUAGE_SERVER,
      'prodlens.url': url,
      'prodlens.file': resolve(file),
      'prodlens.template': join(BRIDGE, 'lsp4ij-template'),
      'prodlens.installed': join(installed, 'lsp4ij-template'),
      'prodlens.collector': COLLECTOR,
      'prodlens.zip': zip,
      'prodlens.plugin': join(folder, 'prodlens'),
    };
    return await mavenTest(java.mvn, properties, log);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A failed test is no rejection: all modules run, and it is counted. */
async function mavenTest(mvn, properties, log) {
  for (const name of MODULES) await rm(reports(name), { recursive: true, force: true });
  const defines = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
  const { output } = await maven(mvn, ['--fail-at-end', '-Dmaven.test.failure.ignore=true', ...defines, 'test'], log);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const name of MODULES) {
    const { passed, failed, skipped } = await readReports(name);
    if (passed + failed + skipped === 0) throw new Error(`Maven ran no test of ${name}:\n${output.slice(-4000)}`);
    counts.passed += passed;
    counts.failed += failed;
    counts.skipped += skipped;
  }
  return counts;
}

function reports(module) {
  return join(BRIDGE, module, 'target', 'surefire-reports');
}

/** Sums the attributes of each <testsuite> in surefire's reports. */
async function readReports(module) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const names = await readdir(reports(module)).catch(() => []);
  for (const name of names.filter((n) => n.startsWith('TEST-') && n.endsWith('.xml'))) {
    const suite = /<testsuite\b[^>]*>/.exec(await readFile(join(reports(module), name), 'utf8'))?.[0] ?? '';
    const attribute = (key) => Number(new RegExp(`\\b${key}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = attribute('failures') + attribute('errors');
    counts.failed += failed;
    counts.skipped += attribute('skipped');
    counts.passed += attribute('tests') - failed - attribute('skipped');
  }
  return counts;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const [url, file] = process.argv.slice(2);
  if (url === undefined || file === undefined) {
    console.error('Usage: run-tests.mjs COLLECTOR_URL SOURCE_FILE');
    process.exit(2);
  }
  const { passed, failed, skipped } = await runJetBrainsTests({ url, file, log: console.log });
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
