import assert from 'node:assert/strict';
import { test } from 'node:test';
import { collectorCommand, demoCommand } from './local-programs.js';

test('a collector is started where the setting expects one on this machine', () => {
  const program = '/work/my shop/node_modules/@prodlens/collector/dist/cli.js';
  assert.equal(collectorCommand(program, 'http://127.0.0.1:4790'), `node "${program}" up`);
  assert.equal(collectorCommand(program, 'http://localhost:5001/'), `node "${program}" up --port 5001`);
  assert.equal(collectorCommand(undefined, 'http://127.0.0.1:5001'), 'npx @prodlens/collector up --port 5001');
});

test("another machine's address says nothing of a port here", () => {
  assert.equal(collectorCommand(undefined, 'https://prodlens.example.com:8443'), 'npx @prodlens/collector up');
  assert.equal(collectorCommand(undefined, 'nonsense'), 'npx @prodlens/collector up');
});

test("the demo's collector comes where the setting expects one", () => {
  assert.equal(demoCommand('http://127.0.0.1:4790'), 'npm run demo');
  assert.equal(demoCommand('http://127.0.0.1:5001'), 'npm run demo -- --port 5001');
  assert.equal(demoCommand('https://prodlens.example.com:8443'), 'npm run demo');
});
