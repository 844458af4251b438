// The sensor as a user gets it: the packed package, installed beside a service of theirs, started in every way that
// the README and the settings name, and checked by their compiler.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../program.js';
import { installPacked } from './packed.js';

const folder = mkdtempSync(join(tmpdir(), 'prodlens-packed-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const node = (args: string[]) =>
  execFileSync(process.execPath, args, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PRODLENS_URL: 'http://127.0.0.1:9' },
  });

before(() => {
  installPacked('sensor', folder);
  writeFileSync(join(folder, 'lib.js'), 'exports.work = () => { for (let i = 0; ; i++) if (i > 3) return i };');
  writeFileSync(
    join(folder, 'app.js'),
    `if (process.argv[2]) require(process.argv[2]);
    require('./lib.js').work(); console.log('$plC' in globalThis && $plC.some((n) => n > 0));`,
  );
});

const WAYS: [what: string, args: string[]][] = [
  ['--import', ['--import', '@prodlens/sensor/register', 'app.js']],
  ['--require', ['--require', '@prodlens/sensor/register', 'app.js']],
  ['require as the first line', ['app.js', '@prodlens/sensor/register']],
];
for (const [what, args] of WAYS) {
  test(what, () => assert.equal(node(args), 'true\n'));
}

test('without it nothing is measured', () => assert.equal(node(['app.js']), 'false\n'));

test('the program’s compiler takes its types', () => {
  writeFileSync(
    join(folder, 'typed.ts'),
    `import { flush, init, shutdown, type SensorOptions } from '@prodlens/sensor';
    import { instrument } from '@prodlens/sensor/instrument';
    const options: SensorOptions = { service: 'x' };
    init(options); export const done: Promise<void> = flush().then(shutdown);
    const result = instrument('', { path: 'x.js', format: 'module' });
    export const code: string = 'skipped' in result ? result.skipped : result.code + result.functions.length;`,
  );
  const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', REPOSITORY));
  const flags = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022'];
  assert.equal(node([tsc, ...flags, 'typed.ts']), '');
});

test('it brings no other package with it, and its licence', () => {
  assert.deepEqual(
    readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.')),
    ['@prodlens'],
  );
  assert.ok(readdirSync(join(folder, 'node_modules/@prodlens/sensor')).includes('LICENSE'));
});
