// The agents' door under other people's programs: the official conformance suite for servers, as far as it asks for no
// tools of its own, and the MCP Inspector's command line, which lists the tools and asks one. The collector is the
// example of the tests, whose answers are known.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findNode } from '../../../scripts/nodes.mjs';
import { runNpm, startNode } from '../../../scripts/programs.mjs';
import { Failure, say, step } from '../../../scripts/progress.mjs';
import { ROOT } from '../../../scripts/setup.mjs';

const PACKAGES = { '@modelcontextprotocol/conformance': '0.1.16', '@modelcontextprotocol/inspector': '2.12.0' };
const FOLDER = join(ROOT, '.cache/conformance/mcp');
/** The others call tools, resources and prompts that a server has to make for the suite alone. */
const SCENARIOS = [
  'server-initialize',
  'ping',
  'tools-list',
  'resources-list',
  'prompts-list',
  'dns-rebinding-protection',
];
const ASKED = ['--method', 'tools/call', '--tool-name', 'explain_endpoint', '--tool-arg', 'endpoint=POST /orders'];
const PATIENCE_MS = 120_000;

/** Resolves with true where all of it passes. */
export async function runMcp() {
  await step('Fetching the suite and the Inspector', fetchPackages);
  const node = await findNode(22, { install: true, log: say });
  if (node === null) throw new Failure('Both need Node 22 or newer.');
  const shop = join(import.meta.dirname, 'shop.mjs');
  const server = await startNode('the shop', [shop], {
    ready: (line) => line.startsWith('http') && { url: line.trim() },
  });
  const url = `${server.ready.url}/mcp`;
  const modules = join(FOLDER, 'node_modules');
  const suite = join(modules, '@modelcontextprotocol/conformance/dist/index.js');
  const inspector = [join(modules, '.bin/mcp-inspector'), '--cli', url, '--transport', 'http'];
  let passed = true;
  const check = (title, args, isPassed) =>
    step(title, async () => {
      const output = await run(node, args);
      if (isPassed(output)) return;
      passed = false;
      say(output);
    });
  try {
    for (const scenario of SCENARIOS) {
      const args = [suite, 'server', '--url', url, '--scenario', scenario];
      await check(scenario, args, (output) => /Passed: (\d+)\/\1, 0 failed, 0 warnings/.test(output));
    }
    await check('Inspector: tools/list', [...inspector, '--method', 'tools/list'], (output) =>
      output.includes('"name": "explain_endpoint"'),
    );
    await check('Inspector: tools/call', [...inspector, ...ASKED], (output) => output.includes('applyDiscounts'));
  } finally {
    await server.stop();
  }
  say(passed ? 'All of it passes.' : 'Not all of it passes, see above.');
  return passed;
}

async function fetchPackages() {
  const installed = Object.keys(PACKAGES).every((name) => existsSync(join(FOLDER, 'node_modules', name)));
  if (installed) return;
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'package.json'), JSON.stringify({ private: true, dependencies: PACKAGES }));
  const { code, output } = await runNpm(['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: FOLDER });
  if (code !== 0) throw new Failure(`npm could not install them: ${output}`);
}

/** What a program says on both its outputs, also where it fails. */
function run(node, args) {
  return new Promise((resolve) => {
    const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'], timeout: PATIENCE_MS });
    let output = '';
    child.stdout.on('data', (data) => (output += data));
    child.stderr.on('data', (data) => (output += data));
    child.once('close', () => resolve(output));
  });
}
