// Programs that ship as a bundle, minified or not, made by each bundler that has a plugin: their functions are found
// by the names and places that they have in their own files, with exact counts, and nothing else about them changes.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FunctionStats } from '@prodlens/protocol';
import { prodlens } from '@prodlens/sensor/esbuild';
import * as esbuild from 'esbuild';
import { eventually } from '../eventually.js';
import { type Program, SENSOR, startCollector, startProgram } from '../program.js';
import { BUNDLERS, EXPECTED, UNUSED, writeProgram } from './bundlers.js';

const REQUESTS = 23;
const LISTENING = /listening on (http:\S+)/;
const BUNDLES = Object.keys(BUNDLERS).flatMap((bundler) => [
  { bundler, minify: false, name: bundler },
  { bundler, minify: true, name: `${bundler}-minified` },
]);

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-bundled-')));
let collector: Program;

before(async () => {
  writeProgram(folder);
  collector = await startCollector(join(folder, 'data'));
  for (const { bundler, minify, name } of BUNDLES) {
    await BUNDLERS[bundler]!(folder, name, minify, true);
    await BUNDLERS[bundler]!(folder, `${name}-without`, minify, false);
  }
});

after(async () => {
  await collector?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The answers of dist/MAIN, running as the service: to requests, and to one that throws. */
async function answersOf(
  main: string,
  service: string,
  args: string[] = [],
  whenAnswered: () => Promise<unknown> = async () => {},
): Promise<string[]> {
  const settings = { PRODLENS_URL: collector.url, PRODLENS_SERVICE: service };
  const command = ['--enable-source-maps', ...args, join(folder, 'dist', main)];
  const program = await startProgram(command, settings, LISTENING);
  try {
    const answers: string[] = [];
    for (let i = 0; i < REQUESTS; i++) answers.push(await (await fetch(program.url)).text());
    answers.push(await (await fetch(`${program.url}/refuse`)).text());
    await whenAnswered();
    return answers;
  } finally {
    await program.stop();
  }
}

async function functions(service: string): Promise<FunctionStats[]> {
  const response = await fetch(`${collector.url}/api/v1/functions?service=${service}&window=1h&limit=1000`);
  return ((await response.json()) as { functions: FunctionStats[] }).functions;
}

/** The service's functions, once the collector knows of all requests. */
function measured(service: string): Promise<FunctionStats[]> {
  return eventually(`calls in ${service}`, async () => {
    const answer = await functions(service);
    const calls = (name: string) => answer.find((f) => f.name === name)?.calls ?? 0;
    return calls('late') >= REQUESTS && calls('refuse') >= 1 ? answer : undefined;
  });
}

async function assertMeasured(service: string): Promise<void> {
  const all = await measured(service);
  const seen = EXPECTED.map(([file, name]) => {
    const found = all.filter((f) => f.file === file && f.name === name);
    return [file, name, found.map((f) => f.line).join(), found.map((f) => f.calls).join()];
  });
  const expected = EXPECTED.map(([file, name, line, calls]) => {
    const more = name === 'createServer#0' ? 1 : 0;
    return [file, name, String(line), String(calls * REQUESTS + more)];
  });
  assert.deepEqual(seen, expected);
  const refuse = all.find((f) => f.name === 'refuse')!;
  assert.deepEqual([refuse.file, refuse.line, refuse.calls, refuse.errors], ['src/pricing.ts', 22, 1, 1]);
  assert.equal(all.find((f) => f.name === 'doubled')!.package, 'plain');
  assert.deepEqual(
    all.filter((f) => f.file.startsWith('dist/')),
    [],
  );
}

/** The program's own texts in a bundle's folder. */
function texts(name: string, below = ''): string {
  const entries = readdirSync(join(folder, 'dist', name, below), { withFileTypes: true });
  return entries
    .filter((entry) => entry.name !== 'prodlens-sensor')
    .map((entry) => {
      const path = join(below, entry.name);
      if (entry.isDirectory()) return texts(name, path);
      return path.endsWith('.js') ? readFileSync(join(folder, 'dist', name, path), 'utf8') : '';
    })
    .join('\n');
}

/** Minifiers choose names by how often they are needed. */
function withoutMinifiedNames(answers: string[]): string[] {
  return answers.map((answer) => answer.replace(/^ {4}at \w{1,2} \(/gm, '    at f ('));
}

// What was counted is reported every ten seconds: the tests wait together.
describe('measured', { concurrency: 3 }, () => {
  for (const { name } of BUNDLES) {
    test(`${name}: the functions of the original files, with exact counts`, async () => {
      const answers = await answersOf(`${name}/main.js`, name, [], () => assertMeasured(name));
      // Stack traces, too: they lead through the bundle's source map to the same places.
      const expected = await answersOf(`${name}-without/main.js`, 'nobody');
      assert.deepEqual(withoutMinifiedNames(answers), withoutMinifiedNames(expected));
    });
  }

  test('one CommonJS file, and a package outside of it, under a sensor that Node started', async () => {
    const name = 'one-file';
    await esbuild.build({
      absWorkingDir: folder,
      entryPoints: ['src/one-file.cjs'],
      bundle: true,
      platform: 'node',
      outfile: `dist/${name}/main.cjs`,
      minify: true,
      external: ['plain'],
      plugins: [prodlens({ register: false })],
    });
    assert.deepEqual(readdirSync(join(folder, 'dist', name)), ['main.cjs']);
    const answers = await answersOf(`${name}/main.cjs`, name, ['--import', SENSOR], async () => {
      const all = await measured(name);
      const calls = (name: string) => all.filter((f) => f.name === name).map((f) => f.calls);
      assert.deepEqual(['serve', 'late', 'price', 'doubled'].map(calls), [
        [REQUESTS + 1],
        [REQUESTS],
        [REQUESTS],
        [REQUESTS],
      ]);
    });
    assert.deepEqual(new Set(answers), new Set(['12,true', 'refused']));
  });
});

for (const { bundler, minify, name } of BUNDLES) {
  test(`${name}: without the sensor's files it runs as it does without the plugin`, async () => {
    const alone = `${name}-alone`;
    cpSync(join(folder, 'dist', name), join(folder, 'dist', alone), { recursive: true });
    rmSync(join(folder, 'dist', alone, 'prodlens-sensor'), { recursive: true });
    const expected = await answersOf(`${name}-without/main.js`, 'nobody');
    const answers = await answersOf(`${alone}/main.js`, alone);
    assert.deepEqual(withoutMinifiedNames(answers), withoutMinifiedNames(expected));
    assert.deepEqual(await functions(alone), []);
  });

  if (minify || bundler !== 'webpack') {
    test(`${name}: what is not used is dropped`, () => {
      assert.doesNotMatch(texts(`${name}-without`), UNUSED);
      assert.doesNotMatch(texts(name), UNUSED);
    });
  }
}
