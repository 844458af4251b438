// The program's annotate command, in a process of its own, against a real WebSocket that plays the collector's part.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { PROGRAM } from './testing/editor.js';
import { scriptedCollector } from './testing/scripted-collector.js';
import { service, stats } from './testing/stats.js';
import { VERSION } from './version.js';

let root = '';

before(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'prodlens-annotate-')));
  await mkdir(join(root, 'src'));
  await writeFile(join(root, 'package.json'), JSON.stringify({ name: 'shop' }));
  await writeFile(join(root, 'src/cart.ts'), 'export class Cart {\n  add(): void {}\n}\n');
  await writeFile(join(root, 'src/other.ts'), 'export function other() {}\n');
  await writeFile(join(root, 'types.ts'), 'export interface Item {}\n');
  await writeFile(join(root, 'maps.ts'), 'export const twice = (a: number[]) => a.map((n) => n + n);\n');
  await writeFile(join(root, 'notes.md'), '# Notes\n');
});

after(() => rm(root, { recursive: true, force: true }));

interface Run {
  code: number;
  stdout: string;
  stderr: string;
}

function run(args: string[], env: Record<string, string> = {}): Promise<Run> {
  return new Promise((resolve) => {
    const options = { cwd: root, env: { ...process.env, PRODLENS_URL: '', PRODLENS_TOKEN: '', ...env } };
    execFile(process.execPath, [PROGRAM, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}

test('the source with its lenses, under a line that says what they are of', async () => {
  const collector = await scriptedCollector({ token: 'secret' });
  try {
    const production = stats('Cart.add', { calls: 300, errors: 1, callsPerMinute: 1_200, version: '1.9.0' });
    const staging = stats('Cart.add', { environment: 'staging', calls: 5, callsPerMinute: 0.3, p95Ns: 1e6 });
    collector.tell([service('shop')], [production, staging]);
    const address = { PRODLENS_URL: collector.url, PRODLENS_TOKEN: 'secret' };
    assert.deepEqual(await run(['annotate', 'src/cart.ts'], address), {
      code: 0,
      stderr: '',
      stdout: `// src/cart.ts · shop in production · last hour, all versions (running 1.9.0)
export class Cart {
  // ◂ p95 42 ms · 1.2k/min · 0.3 % errors
  add(): void {}
}
`,
    });

    const flags = ['--url', collector.url, '--token', 'secret', '--environment', 'staging', '--window', '15m'];
    const two = await run(['annotate', 'src/cart.ts', 'src/other.ts', ...flags]);
    assert.equal(two.code, 1);
    assert.match(
      two.stdout,
      /^\/\/ src\/cart\.ts · shop in staging · last 15 minutes, all versions \(running 2\.0\.0\)\n/,
    );
    assert.match(two.stdout, /\n {2}\/\/ ◂ p95 1\.0 ms · 0\.3\/min\n {2}add/);
    assert.equal(two.stderr, 'src/other.ts: no data: shop has not loaded this file, or its sensor leaves it out\n');
  } finally {
    await collector.stop();
  }
});

test('a window above 90 days is 90 days, which is said once', async () => {
  const collector = await scriptedCollector();
  collector.tell([service('shop')], [stats('Cart.add')]);
  const { code, stdout, stderr } = await run(['annotate', 'src/cart.ts', '--url', collector.url, '--window', '100d']);
  assert.deepEqual([code, stderr], [0, '--window 100d is taken as 90d: numbers are kept no longer\n']);
  assert.match(stdout, /^\/\/ src\/cart\.ts · shop in production · last 90 days, /);
  assert.equal(collector.subscriptions.at(-1)?.windowSeconds, 7_776_000);
  await collector.stop();
});

test('lenses over one line name their functions', async () => {
  const collector = await scriptedCollector();
  const file = 'maps.ts';
  const twice = stats('twice', { file, callsPerMinute: 10 });
  collector.tell([service('shop', { files: [file] })], [twice, stats('twice.a.map#0', { file, callsPerMinute: 20 })]);
  const { stdout } = await run(['annotate', file, '--url', collector.url]);
  assert.deepEqual(stdout.split('\n').slice(1, 3), [
    '// ◂ twice: p95 42 ms · 10/min',
    '// ◂ twice.a.map#0: p95 42 ms · 20/min',
  ]);
  await collector.stop();
});

test('a file that its service does not report, and an environment that it does not run in', async () => {
  const collector = await scriptedCollector();
  const reasonFor = async (...args: string[]) => {
    const { code, stdout, stderr } = await run(['annotate', ...args, '--url', collector.url]);
    assert.deepEqual([code, stdout], [1, ''], stderr);
    return stderr;
  };
  const compiled =
    'shop reports compiled files only (e.g. dist/cart.js): compile it with source maps ("sourceMap": true)';
  collector.tell([service('shop', { files: ['dist/app.js', 'dist/cart.js'] })], []);
  assert.equal(await reasonFor('src/cart.ts'), `src/cart.ts: no data: ${compiled}\n`);

  collector.tell([service('other')], []);
  const stranger = 'is not a file of a service that the collector knows (other)';
  assert.equal(await reasonFor('src/other.ts'), `src/other.ts: ${stranger}\n`);

  const environments = ['production', 'staging'];
  collector.tell([service('shop', { environments })], [stats('Cart.add')]);
  assert.equal(
    await reasonFor('src/cart.ts', '--environment', 'prod'),
    'src/cart.ts: no data: shop does not run in prod; it runs in production, staging\n',
  );
  await collector.stop();
});

test('one reason a file where there are no numbers, and exit code 1', async () => {
  const collector = await scriptedCollector({ token: 'secret' });
  const { url } = collector;
  const refused = await run(['annotate', 'src/cart.ts', '--url', url, '--token', 'wrong']);
  assert.match(refused.stderr, /does not accept the token \(HTTP 401\)\.\n$/);
  assert.deepEqual(await run(['annotate', 'src/cart.ts', '--url', url]), {
    code: 1,
    stdout: '',
    stderr: `src/cart.ts: has no numbers. The collector at ${url} asks for a token.\n`,
  });
  await collector.stop();
  const away = await run(['annotate', 'src/cart.ts', '--url', url]);
  assert.equal(away.code, 1);
  assert.match(away.stderr, /^src\/cart\.ts: has no numbers\. No collector at \S+: connect ECONNREFUSED \S+\.\n$/);

  await writeFile(join(root, 'bundle.js'), `function a() {${';'.repeat(6_000)}}`);
  const files = ['src/gone.ts', 'src', 'notes.md', 'types.ts', 'bundle.js'];
  const unreadable = await run(['annotate', ...files, '--url', url]);
  assert.equal(unreadable.code, 1);
  assert.equal(
    unreadable.stderr,
    `src/gone.ts: does not exist
src: is a folder
notes.md: is not a JavaScript or TypeScript file
types.ts: has no functions
bundle.js: is above 1 MB, or has lines above 5,000 characters
`,
  );
});

test('a wrong command line is exit code 2 and says what is wrong', async () => {
  const wrong: [string[], RegExp][] = [
    [['annotate'], /annotate needs a file/],
    [['annotate', 'a.ts', '--window', 'soon'], /--window soon is not at least 1m/],
    [['annotate', 'a.ts', '--colour'], /: unknown option --colour\. See --help\.\n$/],
    [['--foo'], /: unknown option --foo\. See --help\.\n$/],
    [['serve'], /unknown command serve/],
  ];
  for (const [args, expected] of wrong) {
    const { code, stderr } = await run(args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, expected);
  }
});

test('help and version', async () => {
  for (const args of [['--help'], ['-h'], ['annotate', '-h']]) {
    const { code, stdout } = await run(args);
    assert.equal(code, 0, args.join(' '));
    assert.match(stdout, /^Usage:\n {2}prodlens-language-server --stdio\n/, args.join(' '));
  }
  assert.deepEqual(await run(['--version']), { code: 0, stdout: `${VERSION}\n`, stderr: '' });
});
