#!/usr/bin/env node
// The program: parses arguments and prints; what it does is in place.ts and doctor.ts.

import { homedir } from 'node:os';
import { basename, delimiter, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { collectorsInUse, examine, type Finding, serverFindings } from './doctor.js';
import { askForNode, type Machine, nodeCandidates, OLDEST_NODE, realFiles } from './node-locations.js';
import { install, nodeLocations, nodeOfTemplate, type Place, placeIn } from './place.js';

const DEFAULT_FOLDER = join(homedir(), '.prodlens', 'jetbrains');
const DEFAULT_URL = 'http://127.0.0.1:4790';

const HELP = `Usage:
  prodlens-jetbrains install [--node PATH] [--folder FOLDER]
      Lays the language server and its template for LSP4IJ into place, checks that the server answers, and says how to
      import the template in the IDE.

  prodlens-jetbrains verify [--folder FOLDER]
      Starts the language server as the IDE does and asks what it offers.

  prodlens-jetbrains doctor [--url URL] [--token TOKEN] [--folder FOLDER]
      Checks each link from the IDE to the collector and says which is broken.

Options:
  --folder FOLDER   where they lie (default ${DEFAULT_FOLDER})
  --node PATH       Node.js to start the server with; without it the first that is found and new enough
  --url URL         address of a collector; without it those that the IDEs here are set to, else that of the template,
                    else ${DEFAULT_URL}
  --token TOKEN     token of scope read
  -h, --help

Environment:
  PRODLENS_URL, PRODLENS_TOKEN   as --url and --token; the token only together with an address
`;

const machine: Machine = {
  platform: process.platform === 'win32' || process.platform === 'darwin' ? process.platform : 'linux',
  home: homedir(),
  variables: process.env,
  files: realFiles,
};

/** How a person starts this program again: by its name where that is on the PATH, else by its path. */
const PROGRAM = program(process.argv[1] ?? '');

process.exitCode = await main();

/** The exit code: 0, 1 where something is wrong, 2 for arguments that are none. */
async function main(): Promise<number> {
  const arguments_ = parsed();
  if (typeof arguments_ === 'string') return usage(arguments_);
  const { values, positionals } = arguments_;
  const [command, ...rest] = positionals;
  if (values.help || command === undefined) {
    process.stdout.write(HELP);
    return 0;
  }
  if (rest.length > 0) return usage(`unexpected argument ${rest[0]}`);
  const place = placeIn(resolve(values.folder ?? DEFAULT_FOLDER));
  if (command === 'install') return runInstall(place, values.node ?? '');
  if (command === 'verify') return runVerify(place);
  if (command === 'doctor') {
    const url = values.url ?? process.env.PRODLENS_URL;
    const token = values.token ?? (url === undefined ? undefined : process.env.PRODLENS_TOKEN);
    const collectors =
      url === undefined ? await collectorsInUse(place, machine, DEFAULT_URL) : [{ where: '', url, token: token ?? '' }];
    const asked = collectors.map((one) => (token === undefined ? one : { ...one, token }));
    return print(examine(place, machine, asked, PROGRAM));
  }
  return usage(`unknown command ${command}`);
}

function parsed() {
  const text = { type: 'string' } as const;
  const options = { folder: text, node: text, url: text, token: text, help: { type: 'boolean', short: 'h' } } as const;
  try {
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return (error as Error).message;
  }
}

async function runInstall(place: Place, chosen: string): Promise<number> {
  const candidates = chosen === '' ? nodeCandidates(await nodeLocations(), machine) : [resolve(chosen)];
  const answers = askForNode(candidates);
  const node = answers.find(({ newEnough }) => newEnough);
  if (!node) {
    const tried = answers.map(({ path, version }) => `${path} is ${version}`).join(', ');
    const oldest = OLDEST_NODE.join('.');
    process.stderr.write(
      tried === ''
        ? `${chosen === '' ? 'No Node.js was found' : `${chosen} is no Node.js that starts`}. Prodlens needs ${oldest} or newer.\n`
        : `Node.js is too old: ${tried}. Prodlens needs ${oldest} or newer.\n`,
    );
    return 1;
  }
  try {
    await install(place, node.path, PROGRAM);
  } catch (error) {
    process.stderr.write(`Could not write to ${place.folder}: ${(error as Error).message}\n`);
    return 1;
  }
  process.stdout.write(`✓ Server and template are in ${place.folder}, for Node.js ${node.version} (${node.path}).\n`);
  const failed = await print(serverFindings(node.path, place, PROGRAM));
  if (failed !== 0) return failed;
  process.stdout.write(`
In the IDE, with the plugin LSP4IJ installed (Settings > Plugins > Marketplace):
  1. Language Servers tool window > New Language Server
  2. Template > Import from custom template…, and choose
     ${place.template}
  3. OK
`);
  return 0;
}

async function runVerify(place: Place): Promise<number> {
  const node = await nodeOfTemplate(place);
  if (node !== null) return print(serverFindings(node, place, PROGRAM));
  process.stderr.write(`There is no template in ${place.template}. Run: ${PROGRAM} install\n`);
  return 1;
}

/** 1 where one of them is bad. */
async function print(findings: AsyncIterable<Finding>): Promise<number> {
  let broken = 0;
  for await (const { good, text, remedy } of findings) {
    process.stdout.write(good ? `✓ ${text}\n` : `✗ ${text}\n  ${remedy}\n`);
    if (!good) broken = 1;
  }
  return broken;
}

/** npx puts its own folders on the PATH, but only while it runs. */
function program(script: string): string {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const named = basename(script) === 'prodlens-jetbrains' && folders.includes(dirname(script));
  if (named && !/[\\/](_npx|node_modules)[\\/]/.test(script)) return 'prodlens-jetbrains';
  return /\s/.test(script) ? `node "${script}"` : `node ${script}`;
}

function usage(problem: string): number {
  process.stderr.write(`${problem}\n${PROGRAM} --help says what there is.\n`);
  return 2;
}
