// `prodlens doctor` and `prodlens lens` as somebody runs them who sees no lenses: each link of the chain broken once, with
// a real service, sensor and collector, and the broken one named.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';
import { environment, type Program, REPOSITORY, SENSOR, startCollector, startProgram } from './program.js';

const CLI = fileURLToPath(new URL('collector/dist/cli.js', REPOSITORY));
const NOBODY = 'http://127.0.0.1:1';
const root = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-doctor-')));
const [home, folder] = [join(root, 'home'), join(root, 'shop')];
const programs: Program[] = [];
let collector: Program;

const FILES = {
  'package.json':
    '{ "name": "shop", "version": "1.0.0", "scripts": { "start": "node --import @prodlens/sensor/register server.js" } }',
  'server.js': `const { createServer } = require('node:http');
const { flush } = require('@prodlens/sensor');
const { price } = require('./price.js');
const server = createServer(async (request, response) => { price(1); await flush(); response.end('ok') });
server.listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + server.address().port));`,
  'price.js': 'exports.price = function price(n) { let sum = 0; for (let i = 0; i < n; i++) sum += i; return sum };\n',
  'later.js': 'exports.later = function later() { return 1 };\n',
};

before(async () => {
  for (const path of [folder, join(home, '.vscode/extensions/prodlens.prodlens-0.1.0'), join(folder, '.vscode')]) {
    mkdirSync(path, { recursive: true });
  }
  for (const [file, text] of Object.entries(FILES)) writeFileSync(join(folder, file), text);
  symlinkSync(fileURLToPath(new URL('node_modules', REPOSITORY)), join(folder, 'node_modules'));
  collector = await startCollector(join(root, 'data'));
  programs.push(collector);
  settings({ 'prodlens.url': collector.url });
});
after(async () => {
  for (const program of programs) await program.stop();
  rmSync(root, { recursive: true, force: true });
});

function settings(value: Record<string, unknown>): void {
  writeFileSync(join(folder, '.vscode/settings.json'), `// of this folder\n${JSON.stringify(value)}`);
}

interface Link {
  state: string;
  link: string;
  text: string;
  remedy: string;
}

/** All that was said to do. */
const remedies = new Set<string>();

async function prodlens(args: string[], cwd = folder): Promise<{ code: number; out: string; err: string }> {
  const env = environment({ HOME: home });
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], { cwd, env }, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
  });
}

/** Every link as it was found, with the exit code held to what they say. */
async function links(args: string[] = [], cwd = folder): Promise<Link[]> {
  const { code, out, err } = await prodlens(['doctor', '--json', '--url', collector.url, ...args], cwd);
  assert.equal(err, '');
  const found = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Link);
  assert.equal(code, found.some(({ state }) => state === 'broken') ? 1 : 0, out);
  for (const { state, text, remedy } of found) {
    assert.equal(remedy === '', state === 'good', `${text} → ${remedy}`);
    remedies.add(remedy);
  }
  return found;
}

async function broken(args: string[] = [], cwd = folder): Promise<string> {
  return (await links(args, cwd)).flatMap(({ state, text }) => (state === 'broken' ? text : [])).join('\n');
}

test('names the broken link, from the first to the last', async () => {
  const elsewhere = await links(['--url', NOBODY], root);
  assert.match(elsewhere.map(({ state, link }) => `${link} ${state}`).join(), /Sensor unsure,Collector broken/);
  assert.match(await broken(['--url', NOBODY]), /^No collector answers at "?http:\/\/127\.0\.0\.1:1"?: /);
  assert.match(
    await broken([], root),
    /^@prodlens\/sensor is not installed in .*\nNo sensor of ".*" has reported to it, nor/,
  );
  assert.match(await broken(), /^No sensor of "shop" has reported to it, nor of any other service\.$/);

  const environment = { PRODLENS_URL: collector.url };
  const service = await startProgram(['--import', SENSOR, join(folder, 'server.js')], environment, /on (http:\S+)/);
  programs.push(service);
  assert.match(await broken(['--service', 'shpo']), /^No sensor of "shpo" has reported to it; it knows shop\.$/);
  await eventually('numbers', async () => {
    await (await fetch(service.url)).text();
    return (await broken()) === '' ? true : undefined;
  });
  const whole = await links();
  assert.deepEqual(
    whole.map(({ state, link }) => `${link} ${state}`),
    ['Node.js good', 'Sensor good', 'Collector good', 'Numbers good', 'Numbers good', 'Source good', 'Editor good'],
  );
  assert.match(whole[1]!.text, /the script "start" loads it/);
  assert.match(whole[5]!.text, /server\.js|price\.js/);

  assert.match(await broken(['later.js']), /has no numbers for .*later\.js: no data: shop has not loaded this file\.$/);
  assert.match(await broken(['nowhere.js']), /nowhere\.js: does not exist\.$/);
  settings({ 'prodlens.url': NOBODY });
  assert.match(await broken(), /^VS Code asks the collector at http:\/\/127\.0\.0\.1:1, not the one at /);
  settings({ 'prodlens.url': `${collector.url}/`, 'editor.codeLens': false });
  assert.match(await broken(), /^In VS Code editor\.codeLens is off: no lens is shown\.$/);
  settings({ 'prodlens.url': collector.url.replace('127.0.0.1', 'localhost'), 'prodlens.services': ['billing'] });
  assert.match(await broken(), /^In VS Code prodlens\.services names others than shop: billing\.$/);
  settings({ 'prodlens.url': collector.url, 'prodlens.environment': 'staging' });
  assert.match(await broken(), /^In VS Code prodlens\.environment is staging, where shop does not run\.$/);
  settings({ 'prodlens.url': collector.url, 'prodlens.codeLens.minimumCalls': 1_000_000 });
  assert.match((await links()).at(-1)!.text, /^In VS Code prodlens\.codeLens\.minimumCalls is 1000000: what is called/);
  settings({ 'prodlens.url': collector.url });
  const { code, out } = await prodlens(['doctor', '--url', collector.url]);
  assert.deepEqual([code, out.trim().split('\n').at(-1)], [0, 'No link is broken.']);

  assert.equal((await prodlens(['measuring', 'off', '--service', 'shop', '--url', collector.url])).code, 0);
  await eventually('the switch, as the sensor says', async () => {
    await (await fetch(service.url)).text();
    return (await broken()) === 'Measuring shop is switched off in development.' ? true : undefined;
  });
});

test('a token that may not read is named, and what it prints for people ends with the link', async () => {
  const made = await prodlens(['token', 'create', '--scope', 'ingest', '--data', join(root, 'data')]);
  const token = /\b(pl_\S+|[\w-]{30,})\b/.exec(made.out)?.[0];
  assert.ok(token, made.out);
  await eventually('the collector to have seen that there is a token', async () =>
    /answers, but not to you\. Without a token it is refused/.test(await broken()) ? true : undefined,
  );
  assert.match(
    await broken(['--token', token]),
    /answers, but not to you\. The token given is refused: The token is for ingest/,
  );
  const { code, out } = await prodlens(['doctor', '--url', collector.url, '--token', token]);
  assert.equal(code, 1);
  assert.match(
    out,
    /^✓ Node\.js .*\n✓ @prodlens\/sensor .*\n✗ The collector at [^\n]*\n {2}→ Where the collector runs: prodlens token create --scope read/,
  );
  assert.match(out, /\nThe broken link: Collector\.\n$/);
  assert.ok(!out.includes(token));
});

test('what it says to run can be run', async () => {
  const named = [...remedies].flatMap((remedy) => [...remedy.matchAll(/prodlens ((?:[a-z]+ )+)((?:--\w+ \S+ ?)+)/g)]);
  assert.deepEqual([...new Set(named.map(([, command]) => command!.trim()))].sort(), ['measuring on', 'token create']);
  for (const [, command, options] of named) {
    const { code, out } = await prodlens([...command!.trim().split(' '), '--help']);
    assert.equal(code, 0, command);
    for (const option of options!.match(/--\w+/g) ?? []) assert.ok(out.includes(option), `${command} ${option}`);
  }
});

test('lens prints what annotate prints, and its exit code', async () => {
  const { code, out, err } = await prodlens(['lens', 'nowhere.js', '--url', collector.url]);
  assert.deepEqual([code, out, err], [1, '', 'nowhere.js: does not exist\n']);
  assert.match((await prodlens(['lens'])).err, /missing required argument 'files'/);
});
