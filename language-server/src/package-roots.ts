// The packages around a file, read from the disk for mapping/, which does not touch it.

import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type PackageRoot, slashed } from './mapping/deployed-files.js';

/** Folders above the file whose package.json has a name, nearest first. Unreadable ones count as absent. */
export async function packageRoots(filePath: string): Promise<PackageRoot[]> {
  const folders: string[] = [];
  for (let folder = dirname(filePath); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) break;
  }
  const found = await Promise.all(folders.map(async (folder) => ({ folder, name: await packageName(folder) })));
  return found.flatMap(({ folder, name }) => (name === null ? [] : [{ folder: slashed(folder), name }]));
}

async function packageName(folder: string): Promise<string | null> {
  try {
    const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    const name = (manifest as { name?: unknown } | null)?.name;
    return typeof name === 'string' && name !== '' ? name : null;
  } catch {
    return null;
  }
}
