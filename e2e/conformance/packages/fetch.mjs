// Brings a package with its tests from the registry into .cache/conformance/, with what it and its tests stand on:
// its dependencies, and of its devDependencies those that the text of a test names. No scripts of packages run.

import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { runNpm, runProgram } from '../../../scripts/programs.mjs';
import { Failure } from '../../../scripts/progress.mjs';
import { ROOT } from '../../../scripts/setup.mjs';

const CACHE = join(ROOT, '.cache', 'conformance');
const QUIET = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
const NAMED = /(?:\brequire\(|\bfrom |\bimport |\bimport\()\s*['"]((?:@[\w.-]+\/)?[\w.-]+)/g;

/** The folder of the package, fetched if it is not there yet. Throws Failure with npm's words. */
export async function fetchPackage({ name, version, needs = [] }) {
  const folder = join(CACHE, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const making = `${folder}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await npm(['pack', '--loglevel=error', `${name}@${version}`], making);
  const tarball = readdirSync(making).find((file) => file.endsWith('.tgz'));
  const { code, output } = await runProgram('tar', ['-xzf', tarball], { cwd: making });
  if (code !== 0) throw new Failure(`${output}\n\n${tarball} could not be unpacked.`);
  const program = join(making, 'package');
  const manifest = JSON.parse(readFileSync(join(program, 'package.json'), 'utf8'));
  const wanted = new Set([...needs, ...namesIn(program)]);
  const isWanted = ([dependency]) => wanted.has(dependency);
  manifest.devDependencies = Object.fromEntries(Object.entries(manifest.devDependencies ?? {}).filter(isWanted));
  writeFileSync(join(program, 'package.json'), JSON.stringify(manifest, null, 2));
  await npm(['install', ...QUIET], program);
  renameSync(program, folder);
  rmSync(making, { recursive: true, force: true });
  return folder;
}

/** All files of a package, relative to its folder, without those of its dependencies. */
export function filesOf(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .filter((file) => !file.startsWith('node_modules/'))
    .sort();
}

function namesIn(folder) {
  const tests = filesOf(folder).filter((file) => /^test\/.*\.[cm]?js$/.test(file));
  return tests.flatMap((file) => [...readFileSync(join(folder, file), 'utf8').matchAll(NAMED)].map((m) => m[1]));
}

async function npm(args, cwd) {
  const { code, output } = await runNpm(args, { cwd });
  if (code !== 0) throw new Failure(`${output}\n\nnpm ${args[0]} failed in ${cwd}.`);
}
