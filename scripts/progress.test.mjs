// What a step says in a log, where nobody watches: run in a process of its own, whose output is no terminal.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';

const PROGRAM = `
import { step } from ${JSON.stringify(new URL('./progress.mjs', import.meta.url).href)};
await step('A long step', (note) => {
  note('5 done');
  return new Promise((resolve) => process.stdin.once('end', resolve).resume());
}, { logMs: 1 });`;

test('a log hears on stderr what a step is at, and on stdout when it begins and ends', async () => {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', PROGRAM], { timeout: 60_000 });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const [said] = await once(child.stderr, 'data');
  assert.match(String(said), /^ {2}A long step {2}[\d.]+ s {2}5 done\n/);
  child.stdin.end();
  await once(child, 'close');
  assert.match(output, /^ {2}A long step …\n✓ A long step {2}[\d.]+ s\n$/);
});
