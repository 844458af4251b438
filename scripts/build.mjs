// Compiles every package and makes the bundles that some of them need. A fingerprint of all sources says whether
// anything is to be done; the compiler itself then does only what changed.
//
//   node scripts/build.mjs

import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { chmod, copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { runNode, runNpm } from './programs.mjs';
import { Failure, runScript, say, step } from './progress.mjs';
import { ROOT, setup } from './setup.mjs';

/** Packages with a bundle, in the order in which they build on each other. */
const BUNDLED = ['sensor', 'collector', 'language-server', 'extension-vscode', 'extension-jetbrains-bridge/bridge'];
const SOURCE = /\.(ts|tsx|mjs|cjs|js|json|css|html|svg|png|md)$/;
const MADE_OR_FOREIGN = new Set(['node_modules', 'dist', 'bundle', 'target']);
const STAMP = join(ROOT, '.cache', 'build.json');

/** Throws Failure with what the compiler or a bundler said. `quiet`: no word unless it fails. */
export async function build({ quiet = false } = {}) {
  const packages = await packageFolders();
  const sources = await fingerprint(packages);
  const last = await lastBuild();
  const complete = last.outputs.every((output) => existsSync(join(ROOT, output)));
  if (complete && sources === last.sources) return;

  // The compiler trusts its own notes and would not write again what was deleted.
  await step('Compiling', () => compile(complete ? [] : ['--force']), { quiet });
  for (const name of BUNDLED.filter((name) => existsSync(join(ROOT, name, 'build.mjs')))) {
    await step(
      `Bundling ${name}`,
      async () => {
        // What another build left there would ship.
        await rm(join(ROOT, name, 'bundle'), { recursive: true, force: true });
        const { build: bundle } = await import(pathToFileURL(join(ROOT, name, 'build.mjs')).href);
        await bundle();
      },
      { quiet },
    );
  }
  await linkPrograms(packages, { quiet });
  await layLicences(packages);
  const outputs = packages.flatMap((name) => [join(name, 'dist'), join(name, 'bundle')]);
  const made = outputs.filter((output) => existsSync(join(ROOT, output)));
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  await writeFile(STAMP, JSON.stringify({ sources, outputs: made }));
}

/** What the last build was made from, and the folders that it left; nothing of the sort before the first. */
async function lastBuild() {
  const stamp = await readFile(STAMP, 'utf8').catch(() => '{"sources":"","outputs":[]}');
  return JSON.parse(stamp);
}

async function packageFolders() {
  const { references } = JSON.parse(await readFile(join(ROOT, 'tsconfig.json'), 'utf8'));
  return references.map(({ path }) => path);
}

async function compile(options) {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc');
  const { code, output } = await runNode([tsc, '-b', '--pretty', 'false', ...options], { cwd: ROOT });
  if (code !== 0) throw new Failure(`${output}\n\nThe code does not compile.`);
}

/** Of a path in a folder dist/: false for what a deleted source was compiled to, which the compiler leaves there. */
export function hasSource(path) {
  const source = path.replace(/(\.d)?\.(c?)[jt]s$/, '.$2ts');
  return [source.replace(/([\\/])dist\1/, '$1src$1'), source.replace(/([\\/])dist\1/, '$1')].some(existsSync);
}

/** npm packs only what lies in a package's folder. */
async function layLicences(packages) {
  for (const folder of packages) {
    const { files } = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'));
    if (files) await copyFile(join(ROOT, 'LICENSE'), join(ROOT, folder, 'LICENSE'));
  }
}

/** npm links only programs that are there when it installs, and ours are made after that. */
async function linkPrograms(packages, { quiet }) {
  const unlinked = new Set();
  for (const folder of packages) {
    const { name, bin = {} } = JSON.parse(await readFile(join(ROOT, folder, 'package.json'), 'utf8'));
    for (const [program, path] of Object.entries(bin)) {
      await chmod(join(ROOT, folder, path), 0o755);
      if (!existsSync(join(ROOT, 'node_modules', '.bin', program))) unlinked.add(name);
    }
  }
  if (unlinked.size === 0) return;
  await step('Linking programs', () => rebuild([...unlinked]), { quiet });
}

async function rebuild(names) {
  const command = ['rebuild', '--ignore-scripts', '--loglevel=error', ...names];
  const { code, output } = await runNpm(command, { cwd: ROOT });
  if (code !== 0) throw new Failure(`${output}\n\nnpm rebuild failed.`);
}

/** Of paths, sizes and times of all source files below `folders`, and of the files at the root that steer the build. */
async function fingerprint(folders) {
  const facts = [process.versions.node];
  const visit = async (path) => {
    for (const entry of await readdir(join(ROOT, path), { withFileTypes: true })) {
      const below = join(path, entry.name);
      if (entry.isDirectory()) {
        if (!MADE_OR_FOREIGN.has(entry.name) && !entry.name.startsWith('.')) await visit(below);
      } else if (SOURCE.test(entry.name)) facts.push(await fact(below));
    }
  };
  for (const folder of folders) await visit(folder);
  facts.push(await fact('tsconfig.json'), await fact('package-lock.json'));
  return createHash('sha256').update(facts.sort().join('\n')).digest('hex');
}

async function fact(path) {
  const { mtimeMs, size } = await stat(join(ROOT, path));
  return `${path} ${size} ${mtimeMs}`;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runScript(async () => {
    await setup();
    await build();
    say('Built.');
  });
}
