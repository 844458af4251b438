import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startSensor } from '../testing/fake-sensor.js';
import { prodlens } from '../testing/run-program.js';
import { get, temporaryFolder, testCollector } from '../testing/test-collector.js';

test('deploy adds to a deployment what the sensors do not know', async (t) => {
  const { url } = await testCollector(t);
  await startSensor(url, { version: '2.0.0', revision: '' });
  const facts = ['--revision', 'abc123', '--author', 'ada', '--link', 'https://ci/7'];
  const { out, code } = await prodlens(t, 'deploy', '--service', 'orders', '--version', '2.0.0', ...facts, '--url', url)
    .done;
  assert.deepEqual([out, code], ['Noted orders 2.0.0 in production.\n', 0]);
  const [{ revision, author, link }] = (await get(`${url}/api/v1/deployments`)).body.deployments;
  assert.deepEqual([revision, author, link], ['abc123', 'ada', 'https://ci/7']);
  assert.notEqual((await prodlens(t, 'deploy', '--service', 'orders', '--url', url).done).code, 0);
});

test('expected sends a reviewed file, and says what is wrong with one', async (t) => {
  const { url } = await testCollector(t);
  const path = join(temporaryFolder(t), 'expected.json');
  const run = (text: string) => {
    writeFileSync(path, text);
    return prodlens(t, 'expected', path, '--service', 'orders', '--url', url).done;
  };
  const fine = await run(
    '[{ "file": "src/a.ts", "function": "f", "until": "2030-01-01", "reason": "slower, but right" }]',
  );
  assert.deepEqual([fine.out, fine.code], ['1 change is expected in orders.\n', 0]);
  for (const [text, said] of [
    ['{', /PRODLENS_ERR_EXPECTED/],
    ['{}', /it is not a list/],
    ['[{ "until": "soon", "reason": "x" }]', /rule 1: until is no date/],
    ['[{ "file": "src/a.ts" }]', /PRODLENS_ERR_INVALID_REQUEST/],
  ] as const) {
    const { err, code } = await run(text);
    assert.match(err, said);
    assert.equal(code, 1);
  }
});
