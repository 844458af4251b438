// Lays beside the program what it puts into place: the template, the bundled language server, the list of places where
// Node.js is found. The server's bundle is made before, by language-server/build.mjs.

import { copyFile, cp, mkdir, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

export async function build() {
  await rm(here('bundle'), { recursive: true, force: true });
  await mkdir(here('bundle/server'), { recursive: true });
  await cp(here('../lsp4ij-template'), here('bundle/lsp4ij-template'), { recursive: true });
  for (const name of ['server.cjs', 'parser.cjs', 'THIRD-PARTY-NOTICES.txt']) {
    await copyFile(here(`../../language-server/bundle/${name}`), here(`bundle/server/${name}`));
  }
  const locations = '../core/src/main/resources/prodlens/core/node-locations.txt';
  await copyFile(here(locations), here('bundle/node-locations.txt'));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await build();
