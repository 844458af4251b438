// Brings what the sensor is measured with from npm into .cache/bench, away from the repository's own packages: the
// releases of Node (an installed `node` package would shadow the user's Node in every script), the application whose
// programs are measured, and the peers. Done once; again when what is asked for changes.

import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNpm } from '../../scripts/programs.mjs';
import { Failure } from '../../scripts/progress.mjs';
import { ROOT } from '../../scripts/setup.mjs';

export const CACHE = join(ROOT, '.cache', 'bench');
export const APPLICATION = join(CACHE, 'application');
export const PEERS = join(CACHE, 'peers');

/** What npm tells the scripts that it runs, and what would make an npm below it work on the outer project. */
const NPM_SCRIPT_VARIABLE = /^(npm_(?!config_)|npm_config_(local_prefix|prefix|workspaces?|omit)$|NODE_OPTIONS$)/i;

/** { major, version, path } of each Node asked for, by major version; this process's own where it is that one. */
export async function installNodes(majors, note) {
  const nodes = [];
  for (const major of majors) {
    const own = process.versions.node.split('.')[0] === String(major);
    nodes.push(own ? { major, version: process.versions.node, path: process.execPath } : await node(major, note));
  }
  return nodes;
}

async function node(major, note) {
  const folder = join(CACHE, `node-${major}`);
  const path = join(folder, 'bin', 'node');
  if (!existsSync(path)) {
    if (process.platform === 'win32') throw new Failure('The bench brings other releases of Node on Linux and macOS.');
    note(`installing Node ${major}`);
    const temporary = join(CACHE, `node-${major}-install`);
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true });
    await writeFile(join(temporary, 'package.json'), '{"private":true}\n');
    const name = `node-${process.platform}-${process.arch}`;
    await npmInstall(temporary, ['--no-save', `${name}@${major}`]);
    await rename(join(temporary, 'node_modules', name), folder);
    await rm(temporary, { recursive: true });
  }
  const { version } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return { major, version, path };
}

/** Lays application/ and peers/ out with their packages. */
export async function installPrograms(note) {
  await install('application', APPLICATION, note);
  await install('peers', PEERS, note);
}

async function install(name, target, note) {
  const source = fileURLToPath(new URL(name, import.meta.url));
  const wanted = await readFile(join(source, 'package.json'), 'utf8');
  const stamp = join(target, '.installed');
  const installed = await readFile(stamp, 'utf8').catch(() => '');
  await cp(source, target, { recursive: true });
  if (installed === wanted) return;
  note(`installing the packages of ${name}`);
  await npmInstall(target, []);
  await writeFile(stamp, wanted);
}

async function npmInstall(cwd, args) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NPM_SCRIPT_VARIABLE.test(name)));
  const options = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-progress', '--loglevel=error'];
  const { code, output } = await runNpm(['install', ...options, ...args], { cwd, env });
  if (code !== 0) throw new Failure(`${output}\n\nnpm install failed in ${cwd}.`);
}
