// Where the template and the server lie for an IDE, and how they get there. The template in place names Node.js and the
// server by their full paths, because an IDE does not have the PATH of a terminal.

import { copyFile, cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export interface Place {
  folder: string;
  /** What LSP4IJ imports. */
  template: string;
  server: string;
}

const BUNDLE = fileURLToPath(new URL('../bundle/', import.meta.url));

/** Text of the list of places where Node.js is found. */
export function nodeLocations(): Promise<string> {
  return readFile(join(BUNDLE, 'node-locations.txt'), 'utf8');
}

export function placeIn(folder: string): Place {
  return { folder, template: join(folder, 'lsp4ij-template'), server: join(folder, 'server', 'server.cjs') };
}

/** Overwrites what an earlier version laid there. `node`: full path. */
export async function install(place: Place, node: string): Promise<void> {
  await mkdir(join(place.folder, 'server'), { recursive: true });
  for (const name of ['server.cjs', 'parser.cjs', 'parser.cjs.LEGAL.txt']) {
    await copyFile(join(BUNDLE, 'server', name), join(place.folder, 'server', name));
  }
  // installer.json would bring the server from npm, which is in place already.
  const source = join(BUNDLE, 'lsp4ij-template');
  await cp(source, place.template, { recursive: true, filter: (path) => !path.endsWith('installer.json') });
  const file = join(place.template, 'template.json');
  const template = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  template.programArgs = { default: `"${node}" "${place.server}" --stdio` };
  await writeFile(file, `${JSON.stringify(template, null, 2)}\n`);
}

/** The Node.js that the template in place names; null where there is no such template. */
export async function nodeOfTemplate(place: Place): Promise<string | null> {
  try {
    const template = JSON.parse(await readFile(join(place.template, 'template.json'), 'utf8')) as {
      programArgs?: { default?: string };
    };
    return /^"([^"]+)" /.exec(template.programArgs?.default ?? '')?.[1] ?? null;
  } catch {
    return null;
  }
}
