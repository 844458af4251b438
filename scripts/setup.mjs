// Brings a fresh clone to where the other scripts can work: the right Node, and the packages that package-lock.json
// names. Done only when that file differs from what was installed last, so it costs nothing the second time. Uses
// nothing that it would have to install first.
//
//   node scripts/setup.mjs

import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNpm } from './programs.mjs';
import { Failure, runScript, step } from './progress.mjs';

export const ROOT = fileURLToPath(new URL('..', import.meta.url));

const NEEDED = [20, 19];
const LOG_TAIL = 30;

/** Throws Failure with the reason when this machine lacks what is needed. `quiet`: no word unless it fails. */
export async function setup({ quiet = false } = {}) {
  checkNode();
  const stamp = join(ROOT, 'node_modules', '.prodlens-setup');
  const wanted = await lockHash();
  if (wanted === (await readFile(stamp, 'utf8').catch(() => ''))) return;
  const fresh = !existsSync(join(ROOT, 'node_modules'));
  const title = fresh ? 'Installing packages (a minute or two, once)' : 'Updating packages';
  await step(title, (note) => install(note), { quiet });
  await writeFile(stamp, wanted);
}

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1])) return;
  throw new Failure(
    `Prodlens needs Node ${NEEDED.join('.')} or newer. This is Node ${process.versions.node} (${process.execPath}).`,
  );
}

async function lockHash() {
  const lock = await readFile(join(ROOT, 'package-lock.json'));
  return createHash('sha256').update(lock).digest('hex');
}

/** As the lock file says, without writing it. */
async function install(note) {
  let requests = 0;
  const options = ['--no-save', '--no-audit', '--no-fund', '--no-progress', '--loglevel=http'];
  const { code, output } = await runNpm(['install', ...options], {
    cwd: ROOT,
    onLine: (line) => {
      if (line.includes('http fetch')) note(`${++requests} requests`);
    },
  }).catch((error) => {
    throw new Failure(`npm could not be started: ${error.message}. It comes with Node.`);
  });
  if (code === 0) return;
  const log = output.split('\n').filter((line) => !line.includes('http fetch GET 200'));
  throw new Failure(`${log.slice(-LOG_TAIL).join('\n')}\n\nnpm install failed: ${reason(output)}`);
}

function reason(output) {
  if (/ENOTFOUND|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EAI_AGAIN/.test(output)) {
    return 'the package registry cannot be reached. Check the network and the proxy settings of npm.';
  }
  if (/ENOSPC/.test(output)) return 'the disk is full.';
  if (/EACCES|EPERM/.test(output)) return 'a file or folder cannot be written (see above).';
  return 'see above.';
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) await runScript(() => setup());
