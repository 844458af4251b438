// Texts that a client is shown as a file: the same few names, written over, so that nothing piles up.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** URI of the file. Rejects where it cannot be written. */
export async function writeStory(folder: string, name: string, markdown: string): Promise<string> {
  const path = join(folder, `prodlens-${name}.md`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFile(path, `${markdown}\n`, { mode: 0o600 });
  return pathToFileURL(path).href;
}
