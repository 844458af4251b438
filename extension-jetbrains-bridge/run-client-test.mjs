// Runs client-test/, the typed LSP4J client, by Maven against the built language server and a collector that is
// already running, and counts what Maven's reports say. It starts no collector and builds no TypeScript.
// By hand: node extension-jetbrains-bridge/run-client-test.mjs COLLECTOR_URL SOURCE_FILE

import { spawn } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { findJava } from '../scripts/java.mjs';

const BRIDGE = dirname(fileURLToPath(import.meta.url));
const PROJECT = join(BRIDGE, 'client-test');
const REPORTS = join(PROJECT, 'target', 'surefire-reports');
const LANGUAGE_SERVER = join(BRIDGE, '..', 'language-server', 'dist', 'cli.js');

/**
 * Counts of test methods. Throws where Maven ended without running any, with the end of what it said.
 * Without a JDK and Maven on the PATH nothing runs: { passed: 0, failed: 0, skipped: 1 }, the reason in the log.
 * @param {{ url: string, file: string, log: (line: string) => void }} options url: of the collector; file: source file
 *   of a service that reports to it, with one slowed function
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function runClientTest({ url, file, log }) {
  const java = await findJava({ install: false, log });
  if (java === null) return { passed: 0, failed: 0, skipped: 1 };

  await rm(REPORTS, { recursive: true, force: true });
  const properties = {
    'prodlens.node': process.execPath,
    'prodlens.server': LANGUAGE_SERVER,
    'prodlens.url': url,
    'prodlens.file': resolve(file),
    'prodlens.template': join(BRIDGE, 'lsp4ij-template'),
  };
  const output = await maven(java.mvn, properties, log);

  const counts = await readReports();
  if (counts.passed + counts.failed + counts.skipped === 0) {
    throw new Error(`Maven ran no test:\n${output.slice(-4000)}`);
  }
  return counts;
}

/** Runs `mvn test`; what it prints goes to `log` by line and is the result. A failed test is no rejection. */
function maven(mvn, properties, log) {
  const defines = Object.entries(properties).map(([name, value]) => `-D${name}=${value}`);
  return new Promise((resolve, reject) => {
    const child = spawn(mvn, ['-q', '-B', '-f', join(PROJECT, 'pom.xml'), ...defines, 'test'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (colored) => {
        const text = stripVTControlCharacters(colored);
        output += text;
        for (const line of text.split('\n')) if (line.trim() !== '') log(line.trimEnd());
      });
    }
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}

/** Sums the attributes of each <testsuite> in surefire's reports. */
async function readReports() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const names = await readdir(REPORTS).catch(() => []);
  for (const name of names.filter((n) => n.startsWith('TEST-') && n.endsWith('.xml'))) {
    const suite = /<testsuite\b[^>]*>/.exec(await readFile(join(REPORTS, name), 'utf8'))?.[0] ?? '';
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
    console.error('Usage: run-client-test.mjs COLLECTOR_URL SOURCE_FILE');
    process.exit(2);
  }
  const { passed, failed, skipped } = await runClientTest({ url, file, log: console.log });
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
