// Finds a Chromium or Chrome for the end-to-end tests, and on Debian, as root, can install Debian's own. Nothing here
// needs an installed package, and no browser is downloaded from anywhere but the system's package source.

import { executable, installWithApt } from './apt.mjs';

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
  log('Installing Chromium with apt-get');
  const fault = await installWithApt('chromium');
  if (fault !== null) return missing(`There is no Chromium or Chrome, and ${fault}`);
  return (await firstExecutable()) ?? missing('Chromium was installed and is still not found.');
}

async function firstExecutable() {
  for (const path of USUAL_PLACES) if (await executable(path)) return path;
  return null;
}
