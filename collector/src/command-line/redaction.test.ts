import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '../testing/test-collector.js';

const CLI = fileURLToPath(new URL('../cli.js', import.meta.url));
const SENSOR = fileURLToPath(new URL('../../../sensor/bundle/register.cjs', import.meta.url));

function folder(t: TestContext, files: Record<string, unknown>): string {
  const path = temporaryFolder(t);
  for (const [name, value] of Object.entries(files)) {
    writeFileSync(join(path, name), typeof value === 'string' ? value : JSON.stringify(value));
  }
  return path;
}

function run(cwd: string, ...args: string[]): Promise<{ status: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [CLI, 'redaction', 'try', ...args], { cwd });
  const texts = { out: '', err: '' };
  child.stdout.on('data', (data) => (texts.out += data));
  child.stderr.on('data', (data) => (texts.err += data));
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, ...texts })));
}

test('a file: before, and after by the policy beside it', async (t) => {
  const cwd = folder(t, {
    'body.json': { password: 'hunter2', note: 'x', sku: 'kettle' },
    'prodlens.redaction.json': { deny: ['note'] },
  });
  const { status, out } = await run(cwd, 'body.json');
  assert.equal(status, 0);
  const [before, after] = out.split('after (redacted, 2 redactions): ') as [string, string];
  assert.match(before, /hunter2/);
  assert.deepEqual(JSON.parse(after), {
    type: 'Object',
    entries: [
      ['password', { type: 'string', redacted: 'name' }],
      ['note', { type: 'string', redacted: 'denied' }],
      ['sku', 'kettle'],
    ],
  });
});

test('a policy that is wrong is named with its place', async (t) => {
  const faults: [unknown, RegExp][] = [
    ['{', /prodlens\.redaction\.json: is not JSON/],
    [{ mod: 'off' }, /mod is not a field of it; there are mode, deny/],
    [{ mode: 'on' }, /mode is not one of off, shape, redacted/],
    [{ deny: ['a b'] }, /deny\[0\] is not a field such as/],
    [{ ipAddresses: 1 }, /ipAddresses is not a boolean/],
  ];
  for (const [policy, message] of faults) {
    const { status, err } = await run(folder(t, { 'x.json': {}, 'prodlens.redaction.json': policy }), 'x.json');
    assert.equal(status, 1);
    assert.match(err, /^PRODLENS_ERR_REDACTION: /);
    assert.match(err, message);
  }
});

test('live: the captures of a program that is run, before and after', async (t) => {
  const program = `function login(user, password) { if (password) throw new Error('no ' + user) }
    function main() { try { login('ada@example.com', 'hunter2hunter2') } catch {} } main();
    setTimeout(() => {}, 100);`;
  const cwd = folder(t, { 'app.cjs': program, 'package.json': { name: 'app' } });
  const { status, out } = await run(cwd, '--live', '--', process.execPath, '--require', SENSOR, 'app.cjs');
  assert.equal(status, 0, out);
  const [before, after] = out.split('after (redacted') as [string, string];
  assert.match(before, /hunter2hunter2/);
  assert.match(after, /"name": "password"/);
  assert.doesNotMatch(after, /hunter2|ada@/);
});
