// Installs chdb, which is ClickHouse as a library, for the tests of the ClickHouse store. It lives in .cache/chdb and not
// among the project's dependencies, because it takes 550 MB, which whoever only runs the demo must not wait for. Nothing
// here needs an installed package. Half a minute, once.

import { existsSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNpm } from '../programs.mjs';

const VERSION = '3.4.0';
const FOLDER = fileURLToPath(new URL('../../.cache/chdb', import.meta.url));

/** Whether it is there. Tests say themselves that they are skipped without; the reason is logged here. */
export async function installChdb({ log = () => {} } = {}) {
  const stamp = join(FOLDER, `.ok-${VERSION}`);
  if (existsSync(stamp)) return true;
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  await writeFile(join(FOLDER, 'package.json'), '{"private":true}\n');
  log(`Installing chdb ${VERSION}`);
  const options = ['--prefix', FOLDER, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const { code, output } = await runNpm(['install', ...options, `chdb@${VERSION}`], { cwd: FOLDER });
  // It has no library for Windows, nor for Linux with musl.
  if (code === 0 && existsSync(join(FOLDER, 'node_modules', '@chdb'))) {
    await writeFile(stamp, '');
    return true;
  }
  log(`There is no ClickHouse for its tests: ${output.trim().split('\n').at(-1) || 'chdb has none for this machine'}`);
  await rm(FOLDER, { recursive: true, force: true });
  return false;
}
