// Other versions of Node than the one that runs, for tests of what only those have: from .cache/node-MAJOR, where npm
// puts the Node of its registry once (100 MB each). They are not among the project's dependencies, because an
// installed `node` package would shadow the user's Node in every script.

import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNpm } from '../programs.mjs';

const VERSIONS = { 22: '22.23.3', 24: '24.21.0' };
const CACHE = fileURLToPath(new URL('../../.cache', import.meta.url));

/**
 * Path of a Node of a major version (22, 24), or null where there is none, or once it has been logged why it could
 * not be installed. With `install` it is installed where it is missing.
 */
export async function findNode(major, { install = false, log = () => {} } = {}) {
  if (process.versions.node.split('.')[0] === String(major)) return process.execPath;
  const folder = join(CACHE, `node-${major}`);
  const path = join(folder, 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(path) || !install) return existsSync(path) ? path : null;
  log(`Installing Node ${VERSIONS[major]}`);
  const name = `node-${process.platform}-${process.arch}`;
  const work = join(CACHE, `node-${major}-installing`);
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await writeFile(join(work, 'package.json'), '{"private":true}\n');
  const { code, output } = await runNpm(
    ['install', '--no-save', '--ignore-scripts', '--loglevel=error', `${name}@${VERSIONS[major]}`],
    { cwd: work },
  );
  if (code === 0) await rename(join(work, 'node_modules', name), folder);
  else log(`Node ${VERSIONS[major]} cannot be installed: ${output}`);
  await rm(work, { recursive: true, force: true });
  return code === 0 ? path : null;
}
