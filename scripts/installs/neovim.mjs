// Finds a Neovim for the tests of the language server, and on Debian, as root, can install Debian's own. Nothing here
// needs an installed package.

import { executable, installWithApt } from './apt.mjs';

const USUAL_PLACES = ['/usr/bin/nvim', '/usr/local/bin/nvim', '/opt/homebrew/bin/nvim', '/snap/bin/nvim'];

/**
 * Path of an nvim that can be started, or null once the reason has been logged. The environment variable NVIM names one
 * and is believed alone. With `install`, Debian's neovim is installed where there is none.
 */
export async function findNeovim({ install = false, log = () => {} } = {}) {
  const missing = (reason) => {
    log(reason);
    return null;
  };
  const named = process.env.NVIM;
  if (named) return (await executable(named)) ? named : missing(`NVIM names ${named}, which cannot be run.`);
  const found = await firstExecutable();
  if (found !== null) return found;
  if (!install) return missing('There is no Neovim on this machine (NVIM can name one).');
  log('Installing Neovim with apt-get');
  const fault = await installWithApt('neovim');
  if (fault !== null) return missing(`There is no Neovim, and ${fault}`);
  return (await firstExecutable()) ?? missing('Neovim was installed and is still not found.');
}

async function firstExecutable() {
  for (const path of USUAL_PLACES) if (await executable(path)) return path;
  return null;
}
