// The command lines that the walkthrough gives to a terminal or hands out.

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const DEFAULT_PORT = '4790';

/** For a service; it stands in the documentation too. */
export const SERVICE_LINE = 'node --import @prodlens/sensor/register app.js';

/** What to do where no collector is installed: the packages are not in a registry yet. */
export const NO_COLLECTOR =
  'No collector is installed here. In a checkout of Prodlens, npm run package makes it; then: npm install --global ./dist/prodlens-collector-*.tgz';

/**
 * Starts a collector where the setting `url` expects one, if that is this machine. `program`: path of an installed one;
 * undefined: `prodlens` on the PATH.
 */
export function collectorCommand(program: string | undefined, url: string): string {
  const start = program === undefined ? 'prodlens up' : `node "${program}" up`;
  const port = localPort(url);
  return port === null ? start : `${start} --port ${port}`;
}

/** Whether a file `prodlens`, or on Windows `prodlens.cmd`, is in a folder of `path`, the variable PATH. */
export function isOnPath(path: string | undefined, platform: NodeJS.Platform = process.platform): boolean {
  const program = platform === 'win32' ? 'prodlens.cmd' : 'prodlens';
  return (path ?? '').split(delimiter).some((folder) => folder !== '' && existsSync(join(folder, program)));
}

/** In the repository of Prodlens, with its collector where the setting `url` expects one. */
export function demoCommand(url: string): string {
  const port = localPort(url);
  return port === null ? 'npm run demo' : `npm run demo -- --port ${port}`;
}

/** null for the default port, and where the address is not of this machine. */
function localPort(url: string): string | null {
  const { protocol, hostname, port } = URL.canParse(url) ? new URL(url) : { protocol: '', hostname: '', port: '' };
  const isHere = protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
  return isHere && port !== '' && port !== DEFAULT_PORT ? port : null;
}
