// Why a function has no number, from a real service's sensor by a real collector to the text on the terminal: each
// reason where it is so, and only there.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { eventually } from './eventually.js';
import { type Program, REPOSITORY, SENSOR, startCollector, startProgram } from './program.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'prodlens-reasons-')));
const programs: Program[] = [];
after(async () => {
  for (const program of programs) await program.stop();
  rmSync(folder, { recursive: true, force: true });
});

const FILES = {
  'package.json': '{ "name": "shop", "version": "1.0.0" }',
  'server.js': `const { createServer } = require('node:http');
const { flush } = require('@prodlens/sensor');
const { price } = require('./src/price.js');
require('./src/excluded.js');
require('./src/sloppy.js');
const server = createServer(async (request, response) => { price(1); await flush(); response.end('ok') });
server.listen(0, '127.0.0.1', () => console.log('listening on http://127.0.0.1:' + server.address().port));`,
  'src/price.js':
    'exports.price = function price(n) { return round(n) };\nfunction round(n) { return Math.round(n) }\nfunction unused() { return price(0) }\n',
  'src/excluded.js': 'exports.secret = function secret() { return 1 };\n',
  'src/sloppy.js': 'exports.sloppy = function sloppy(o) { with (o) { return x } };\n',
  'src/later.js': 'exports.later = function later() { return 1 };\n',
};
mkdirSync(join(folder, 'src'));
for (const [file, text] of Object.entries(FILES)) writeFileSync(join(folder, file), text);
symlinkSync(fileURLToPath(new URL('node_modules', REPOSITORY)), join(folder, 'node_modules'));

/** What `annotate` prints, on both streams. */
function annotate(url: string, file: string, ...args: string[]): Promise<string> {
  const cli = fileURLToPath(new URL('language-server/dist/cli.js', REPOSITORY));
  const all = [cli, 'annotate', join(folder, file), '--url', url, ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, all, { cwd: folder }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}

test('each reason for no data, where it is so', async () => {
  const collector = await startCollector(join(folder, 'data'));
  programs.push(collector);
  const settings = { PRODLENS_URL: collector.url, PRODLENS_EXCLUDE: 'src/excluded.js' };
  const service = await startProgram(
    ['--import', SENSOR, join(folder, 'server.js')],
    settings,
    /listening on (http:\S+)/,
  );
  programs.push(service);
  const shown = (file: string, what: RegExp, ...args: string[]) =>
    eventually(`${what} of ${file}`, async () => {
      await (await fetch(service.url)).text();
      const said = await annotate(collector.url, file, ...args);
      return what.test(said) ? said : undefined;
    });
  const price = await shown('src/price.js', /◂ [\d.]+\/min|◂ p95/);
  assert.match(price, /◂ not called in the last hour\nfunction unused/);
  await shown(
    'src/excluded.js',
    /no data: shop runs this file unmeasured: PRODLENS_INCLUDE or PRODLENS_EXCLUDE says so/,
  );
  await shown('src/sloppy.js', /no data: shop runs this file unmeasured: it has a with statement/);
  await shown('src/later.js', /later\.js: no data: shop has not loaded this file\n/);
  await shown('src/price.js', /shop does not run in staging/, '--environment', 'staging');

  // Once its sensor has told what the texts were, also what was renamed since is found, and what was not there is new.
  // It reads them from the disk a while after the start: a file edited before that has none.
  await eventually('what the texts were', async () => {
    const query = 'service=shop&environment=development&file=src/price.js&window=1h';
    const response = await fetch(`${collector.url}/api/v1/functions?${query}`);
    const { functions } = (await response.json()) as { functions: { fingerprint?: string }[] };
    return functions.length > 0 && functions.every(({ fingerprint }) => fingerprint !== undefined) ? true : undefined;
  });
  appendFileSync(join(folder, 'src/price.js'), 'function added() { return 2 }\n');
  const source = join(folder, 'src/price.js');
  const text = readFileSync(source, 'utf8')
    .replace('function round(', 'function rounded(')
    .replace('return round(', 'return rounded(');
  writeFileSync(source, text);
  const later = await shown('src/price.js', /◂ no data: new since 1\.0\.0\nfunction added/);
  assert.match(later, /◂ [^\n]*\/min[^\n]*\nfunction rounded/);

  const off = JSON.stringify({ service: 'shop', measuring: false });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${collector.url}/api/v1/measuring`, { method: 'PUT', headers, body: off });
  await shown('src/price.js', /◂ no data: measuring shop is switched off in \w+\nfunction unused/);
});
