// Lays one version of the order service out as a deployment: package.json, src/ (what the source maps point to),
// dist/ (what runs) and its dependencies. 2.0.0 is src/; an older version is src/ with the files of its own folder
// laid over it. Compiles with the repository's compiler and settings, so a version that has a type error fails here.
//
//   node examples/order-service/deploy.mjs 2.0.0 /srv/order-service

import { execFile } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { cp, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const here = fileURLToPath(new URL('.', import.meta.url));
const repository = resolve(here, '../..');

/** Replaces what `directory` holds. Returns the path of the deployment's entry, dist/server.js. */
export async function deploy(version, directory) {
  const target = resolve(directory);
  const manifest = JSON.parse(await readFile(join(here, 'package.json'), 'utf8'));
  const known = await versions(manifest.version);
  if (!known.includes(version)) throw new Error(`no version ${version} of ${manifest.name}, only ${known.join(', ')}`);

  await rm(target, { recursive: true, force: true });
  await mkdir(target, { recursive: true });
  await cp(join(here, 'src'), join(target, 'src'), { recursive: true });
  if (version !== manifest.version) {
    await cp(join(here, version, 'src'), join(target, 'src'), { recursive: true, force: true });
  }
  const { devDependencies: _, ...deployed } = manifest;
  await writeJson(join(target, 'package.json'), { ...deployed, version });
  await symlink(join(repository, 'node_modules'), join(target, 'node_modules'), 'junction');
  await compile(target);
  return join(target, 'dist', 'server.js');
}

/** Every version that can be deployed, the current one first. */
async function versions(current) {
  const entries = await readdir(here, { withFileTypes: true });
  const older = entries.filter((entry) => entry.isDirectory() && /^\d+\.\d+\.\d+$/.test(entry.name));
  return [current, ...older.map((entry) => entry.name)];
}

async function compile(target) {
  await writeJson(join(target, 'tsconfig.json'), {
    extends: join(repository, 'tsconfig.json'),
    compilerOptions: { rootDir: 'src', outDir: 'dist', composite: false, declaration: false, sourceMap: true },
    include: ['src'],
    references: [],
  });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  try {
    await promisify(execFile)(process.execPath, [tsc, '-p', target]);
  } catch (error) {
    throw new Error(`the order service does not compile:\n${error.stdout || error.message}`);
  }
}

async function writeJson(path, value) {
  await writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [version, directory] = process.argv.slice(2);
  if (directory === undefined) {
    console.error('usage: node deploy.mjs VERSION DIRECTORY');
    process.exitCode = 2;
  } else {
    const entry = await deploy(version, directory);
    console.log(`Deployed. Start it with: node --import @prodlens/sensor/register ${entry}`);
  }
}
