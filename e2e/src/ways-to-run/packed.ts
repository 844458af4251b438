// A package of this repository packed as it ships, and installed alone into an empty project.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { REPOSITORY } from '../program.js';

const PACK = fileURLToPath(new URL('scripts/release/npm-tarball.mjs', REPOSITORY));

/** `folder`: of the package, from the root of the repository. `project` is made. */
export function installPacked(folder: string, project: string): void {
  mkdirSync(project, { recursive: true });
  const tarball = execFileSync(process.execPath, [PACK, folder, project], { encoding: 'utf8' }).trim();
  writeFileSync(`${project}/package.json`, '{ "name": "theirs", "version": "1.0.0", "type": "commonjs" }');
  const args = ['install', '--silent', '--no-audit', '--no-fund', '--prefer-offline', tarball];
  execFileSync('npm', args, { cwd: project, encoding: 'utf8', stdio: 'pipe' });
}
