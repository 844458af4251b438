// One npm package as people install it: whole by itself. The packages of this workspace that it stands on lie inside it
// (bundleDependencies), so that one tarball is enough and no two versions meet; what they need of others, it needs.
//
//   node scripts/release/npm-tarball.mjs FOLDER DESTINATION

import { realpathSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hasSource } from '../build.mjs';
import { runNpm } from '../programs.mjs';
import { Failure, runScript, say } from '../progress.mjs';
import { ROOT } from '../setup.mjs';

const SCOPE = '@prodlens/';
/** Of a package.json, what nobody needs who installs the package. `files`: the tarball has what was laid, all of it. */
const OURS_ALONE = ['private', 'scripts', 'files', 'devDependencies'];

/** Packs the package in `folder` into `destination`; answers the tarball's path. Everything is built before. */
export async function packTarball(folder, destination) {
  const stage = await mkdtemp(join(tmpdir(), 'prodlens-pack-'));
  try {
    const own = await layFiles(folder, stage);
    const dependencies = {};
    const bundled = new Set();
    await gather(own, dependencies, bundled, stage);
    const manifest = Object.fromEntries(Object.entries(own).filter(([key]) => !OURS_ALONE.includes(key)));
    manifest.dependencies = Object.fromEntries(Object.entries(dependencies).sort(([a], [b]) => (a < b ? -1 : 1)));
    if (bundled.size > 0) manifest.bundleDependencies = [...bundled].sort();
    if (Object.keys(dependencies).length === 0) delete manifest.dependencies;
    await writeFile(join(stage, 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    const [{ filename }] = await npmJson(['pack', '--pack-destination', destination], stage);
    return join(destination, filename);
  } finally {
    await rm(stage, { recursive: true, force: true });
  }
}

/** Lays the packages of this workspace into node_modules of `stage`; the others go to `dependencies`. */
async function gather(manifest, dependencies, bundled, stage) {
  for (const [name, range] of Object.entries(manifest.dependencies ?? {})) {
    const before = dependencies[name];
    if (before !== undefined && before !== range) throw new Failure(`${name} is wanted as ${before} and as ${range}.`);
    dependencies[name] = range;
    if (!name.startsWith(SCOPE) || bundled.has(name)) continue;
    bundled.add(name);
    const inside = join(stage, 'node_modules', name);
    const sibling = await layFiles(name.slice(SCOPE.length), inside);
    await writeFile(
      join(inside, 'package.json'),
      `${JSON.stringify({ ...sibling, devDependencies: undefined }, null, 2)}\n`,
    );
    await gather(sibling, dependencies, bundled, stage);
  }
}

/**
 * Copies what npm would pack of a folder, without what an older build left and without maps to sources that do not ship.
 * Answers its package.json.
 */
async function layFiles(folder, to) {
  const from = join(ROOT, folder);
  const [{ files }] = await npmJson(['pack', '--dry-run'], from);
  const paths = files
    .map(({ path }) => path)
    .filter((path) => !path.endsWith('.map') && (!path.startsWith('dist/') || hasSource(join(from, path))));
  for (const path of paths) {
    await mkdir(dirname(join(to, path)), { recursive: true });
    await cp(join(from, path), join(to, path));
  }
  await sayKindOfTypes(paths, to);
  return JSON.parse(await readFile(join(from, 'package.json'), 'utf8'));
}

/** Declarations alone are those of the bundles, which are CommonJS: a compiler takes them for ES modules otherwise. */
async function sayKindOfTypes(files, to) {
  const compiled = files.filter((path) => path.startsWith('dist/'));
  if (compiled.length === 0 || compiled.some((path) => path.endsWith('.js'))) return;
  await writeFile(join(to, 'dist/package.json'), '{ "type": "commonjs" }\n');
}

async function npmJson(args, cwd) {
  const { code, output } = await runNpm([...args, '--json', '--loglevel=error', '--ignore-scripts'], { cwd });
  if (code !== 0) throw new Failure(`${output}\n\nnpm ${args[0]} failed in ${cwd}.`);
  return Object.values(JSON.parse(output.slice(output.search(/[[{]/))));
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [folder, destination] = process.argv.slice(2);
  await runScript(async () => say(await packTarball(folder, destination)));
}
