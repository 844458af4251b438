// Programs from Debian's own package source, for the tests that need one.

import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';

/** Whether there is a program of this path. */
export async function executable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** null when the package is installed, otherwise why it is not: a sentence that follows "and". */
export async function installWithApt(name) {
  if (process.getuid?.() !== 0 || !(await executable('/usr/bin/apt-get'))) {
    return 'it can be installed only on Debian or Ubuntu as root.';
  }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', name]]) {
    const output = await aptGet(args);
    if (output !== null) return `apt-get ${args.join(' ')} failed: ${output}`;
  }
  return null;
}

/** null when it went well, otherwise the end of what it printed. */
async function aptGet(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const child = spawn('apt-get', ['-q', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output = (output + chunk).slice(-1000);
    });
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code) => resolve(code === 0 ? null : output.trim()));
  });
}
