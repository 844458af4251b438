import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { test } from 'node:test';
import { collectorCommand, demoCommand, isOnPath } from './local-programs.js';

test('a collector is started where the setting expects one on this machine', () => {
  const program = '/work/my shop/node_modules/@prodlens/collector/dist/cli.js';
  assert.equal(collectorCommand(program, 'http://127.0.0.1:4790'), `node "${program}" up`);
  assert.equal(collectorCommand(program, 'http://localhost:5001/'), `node "${program}" up --port 5001`);
  assert.equal(collectorCommand(undefined, 'http://127.0.0.1:5001'), 'prodlens up --port 5001');
});

test("another machine's address says nothing of a port here", () => {
  assert.equal(collectorCommand(undefined, 'https://prodlens.example.com:8443'), 'prodlens up');
  assert.equal(collectorCommand(undefined, 'nonsense'), 'prodlens up');
});

test("the demo's collector comes where the setting expects one", () => {
  assert.equal(demoCommand('http://127.0.0.1:4790'), 'npm run demo');
  assert.equal(demoCommand('http://127.0.0.1:5001'), 'npm run demo -- --port 5001');
  assert.equal(demoCommand('https://prodlens.example.com:8443'), 'npm run demo');
});

test('the program is looked for in every folder of the PATH', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'prodlens-path-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = ['', '/nowhere', folder].join(delimiter);
  assert.equal(isOnPath(undefined), false);
  writeFileSync(join(folder, 'prodlens.cmd'), '');
  assert.deepEqual([isOnPath(path, 'linux'), isOnPath(path, 'win32')], [false, true]);
  writeFileSync(join(folder, 'prodlens'), '');
  assert.equal(isOnPath(path, 'linux'), true);
});
