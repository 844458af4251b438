// Finds a Chromium or Chrome for the end-to-end tests, and on Debian, as root, can install Debian's own. Nothing here
// needs an installed package, and no browser is downloaded from anywhere but the system's package source.

import { spawn } from 'node:child_process';
import { access, constants } from 'node:fs/promises';

const USUAL_PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/snap/bin/chromium',
  '/opt/google/chrome/chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * Path of a browser that can be started, or null once the reason has been logged. The environment variable CHROME names
 * one and is believed alone. With `install`, Debian's chromium is installed where there is none.
 */
export async function findChromium({ install = false, log = () => {} } = {}) {
  const missing = (reason) => {
    log(reason);
    return null;
  };
  const named = process.env.CHROME;
  if (named) return (await executable(named)) ? named : missing(`CHROME names ${named}, which cannot be run.`);
  const found = await firstExecutable();
  if (found !== null) return found;
  if (!install) return missing('There is no Chromium or Chrome on this machine (CHROME can name one).');
  if (process.getuid?.() !== 0 || !(await executable('/usr/bin/apt-get'))) {
    return missing('There is no Chromium or Chrome, and it can be installed only on Debian or Ubuntu as root.');
  }
  log('Installing Chromium with apt-get');
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const output = await aptGet(args);
    if (output !== null) return missing(`apt-get ${args.join(' ')} failed: ${output}`);
  }
  return (await firstExecutable()) ?? missing('Chromium was installed and is still not found.');
}

async function firstExecutable() {
  for (const path of USUAL_PLACES) if (await executable(path)) return path;
  return null;
}

async function executable(path) {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
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
