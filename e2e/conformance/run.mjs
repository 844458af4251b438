// Other people's tests: that the sensor changes nothing, and that agents find the protocol that they know. `npm run
// conformance -- test262 | packages | mcp`; --help says how.

import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from '../../scripts/build.mjs';
import { Failure, runScript, say } from '../../scripts/progress.mjs';
import { setup } from '../../scripts/setup.mjs';

const HELP = `npm run conformance -- test262 [--path DIR] [--only TEXT] [--every N] [--jobs N] [--resume]
  The language's conformance suite, plain and instrumented: what passes plain must pass instrumented.
  --path DIR    a checkout of tc39/test262; default: PRODLENS_TEST262. It is skipped where there is none.
  --only TEXT   only the tests whose path holds the text
  --every N     one test in N, for a sample in a fraction of the time
  --jobs N      processes at a time; default: as many as there are processors
  --resume      goes on with the run before, which was stopped: its results are in .cache/conformance

npm run conformance -- packages [NAME …]
  The test suites of npm packages, with and without the sensor; fetches them from the registry. Default: all.

npm run conformance -- mcp
  The collector's /mcp under the official conformance suite and the MCP Inspector's command line; fetches both from the
  registry, some 140 MB. Part of npm test too.

npm run conformance
  All of them.`;

const RUNS = { test262, packages, mcp };

await runScript(async () => {
  const { values, positionals } = readArguments();
  const [name, ...rest] = positionals;
  if (values.help) return say(HELP);
  if (name !== undefined && !(name in RUNS)) throw new Failure(`There is no "${name}".\n\n${HELP}`);
  await setup();
  await build();
  for (const run of name ? [RUNS[name]] : Object.values(RUNS)) {
    if (!(await run(values, rest))) process.exitCode = 1;
  }
});

function readArguments() {
  const text = { type: 'string' };
  const flag = { type: 'boolean' };
  const options = {
    path: text,
    only: text,
    every: text,
    jobs: text,
    resume: flag,
    help: { type: 'boolean', short: 'h' },
  };
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    throw new Failure(`${error.message}\n\n${HELP}`);
  }
}

async function test262(options) {
  const {
    path = process.env.PRODLENS_TEST262,
    only,
    every = '1',
    jobs = `${availableParallelism()}`,
    resume,
  } = options;
  if (!path) {
    say('Skipped: test262, since no checkout of it is given: --path DIR or PRODLENS_TEST262.');
    return process.env.CI !== 'true';
  }
  if (![every, jobs].every((text) => /^[1-9]\d*$/.test(text))) throw new Failure('--every and --jobs take a number.');
  const { runTest262 } = await import('./test262/run.mjs');
  const root = resolve(process.env.INIT_CWD ?? '', path);
  return runTest262(root, { only, every: Number(every), jobs: Number(jobs), resume });
}

async function packages(_options, names) {
  const { runPackages } = await import('./packages/run.mjs');
  return runPackages(names);
}

async function mcp() {
  const { runMcp } = await import('./mcp/run.mjs');
  return runMcp();
}
