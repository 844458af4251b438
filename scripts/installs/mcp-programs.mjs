// Other people's programs that speak the Model Context Protocol, for tests of the agents' door: its official conformance
// suite and the Inspector, which alone are 140 MB. npm puts them, once, into .cache/mcp-programs.

import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runNpm } from '../programs.mjs';

const VERSIONS = { '@modelcontextprotocol/conformance': '0.1.16', '@modelcontextprotocol/inspector': '2.12.0' };
const FOLDER = fileURLToPath(
  new URL(`../../.cache/mcp-programs/${Object.values(VERSIONS).join('-')}`, import.meta.url),
);

/**
 * The files to run them by, { conformance, inspector }: both want Node 22 or newer. null where they are not there; with
 * `install` they are put there, or it is logged why that cannot be.
 */
export async function findMcpPrograms({ install = false, log = () => {} } = {}) {
  if (!existsSync(FOLDER) && !(install && (await installInto(FOLDER, log)))) return null;
  const modules = join(FOLDER, 'node_modules');
  return {
    conformance: join(modules, '@modelcontextprotocol/conformance/dist/index.js'),
    inspector: join(modules, '.bin/mcp-inspector'),
  };
}

async function installInto(folder, log) {
  log(`Installing ${Object.keys(VERSIONS).join(' and ')}`);
  const work = `${folder}-installing`;
  await rm(work, { recursive: true, force: true });
  await mkdir(work, { recursive: true });
  await writeFile(join(work, 'package.json'), JSON.stringify({ private: true, dependencies: VERSIONS }));
  const { code, output } = await runNpm(['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: work });
  if (code !== 0) {
    log(`They cannot be installed: ${output.slice(-2_000)}`);
    return false;
  }
  await rename(work, folder);
  return true;
}
