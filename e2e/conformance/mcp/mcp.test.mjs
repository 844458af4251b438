// The agents' door under other people's programs: the official conformance suite for servers, as far as it asks for no
// tools of its own, and the MCP Inspector's command line, over HTTP and over stdio. The collector is the shop of the
// collector's own tests, whose answers are known.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { recordedShop } from '../../../collector/dist/testing/recorded-shop.js';
import { findMcpPrograms } from '../../../scripts/installs/mcp-programs.mjs';
import { findNode } from '../../../scripts/installs/nodes.mjs';

/** The others call tools, resources and prompts that a server has to make for the suite alone. */
const SCENARIOS = [
  'server-initialize',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'dns-rebinding-protection',
];
const CLI = fileURLToPath(new URL('../../../collector/dist/cli.js', import.meta.url));
const PATIENCE_MS = 120_000;

const node = await findNode(22);
const programs = await findMcpPrograms();
const here = node !== null && programs !== null;
const options = here ? {} : { skip: 'npm test and npm run conformance bring the programs and Node 22' };

let url;
const ends = [];
before(async () => {
  if (here) ({ url } = await recordedShop({ after: (end) => ends.push(end) }));
});
after(async () => {
  for (const end of ends.reverse()) await end();
});

for (const scenario of SCENARIOS) {
  test(`the conformance suite: ${scenario}`, options, async () => {
    const output = await run([programs.conformance, 'server', '--url', `${url}/mcp`, '--scenario', scenario]);
    assert.match(output, /Passed: ([1-9]\d*)\/\1, 0 failed, 0 warnings/);
  });
}

test('the Inspector lists the tools over HTTP', options, async () => {
  const { tools } = JSON.parse(await inspect([`${url}/mcp`, '--transport', 'http'], ['--method', 'tools/list']));
  assert.ok(tools.some(({ name }) => name === 'explain_endpoint'));
});

test('the Inspector asks a tool over HTTP and over stdio, and gets the same', options, async () => {
  const asked = ['--method', 'tools/call', '--tool-name', 'explain_endpoint', '--tool-arg', 'endpoint=POST /orders'];
  const http = JSON.parse(await inspect([`${url}/mcp`, '--transport', 'http'], asked));
  assert.equal(http.structuredContent.suspects[0].name, 'PricingService.applyDiscounts');
  const stdio = JSON.parse(await inspect(['-e', `PRODLENS_URL=${url}`, process.execPath, CLI, 'mcp'], asked));
  assert.deepEqual(stdio.structuredContent, http.structuredContent);
});

const inspect = (server, method) => run([programs.inspector, '--cli', ...server, ...method]);

/** What a program prints; rejects with both its outputs where it fails. */
function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS });
    let [printed, log] = ['', ''];
    child.stdout.on('data', (data) => (printed += data));
    child.stderr.on('data', (data) => (log += data));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(printed) : reject(new Error(`${code}: ${printed}${log}`))));
  });
}
