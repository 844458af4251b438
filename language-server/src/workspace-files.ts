// The workspace's files as a deployed function is looked for in them: the other way round than mapping/, which it asks
// about every file that it finds, so that one file is never another one's by its name alone. Reads folders only when a
// person jumps somewhere.

import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { IdeFile } from '@prodlens/protocol';
import { slashed } from './mapping/deployed-files.js';
import type { ProductionNumbers } from './numbers.js';
import { packageRoots } from './package-roots.js';
import { isSourceFile } from './source-files.js';

/** Folders and files looked at; a workspace with more has what is found in these. */
const MAXIMUM_FOLDERS = 5_000;
const MAXIMUM_FILES = 20_000;
const SKIPPED = new Set(['node_modules', 'dist', 'build', 'out', 'coverage', 'target', 'vendor']);

type Known = Pick<ProductionNumbers, 'epoch' | 'filesOf'>;

export interface WorkspaceFiles {
  /** Path of the workspace's file that is the deployed one, by what is known of production; null where there is none. */
  find(wanted: IdeFile, workspaceFolders: string[], known: Known): Promise<string | null>;
  /** Reads the folders again with the next question. */
  forget(): void;
}

/** Folders are read again after this. */
const REMEMBERED_MS = 30_000;

/** Remembers for a while what folders hold, and which file is which until something else is known of production. */
export function workspaceFiles(): WorkspaceFiles {
  let read: { folders: Promise<string[]>; of: string; atMs: number } | null = null;
  const paths = new Map<string, Promise<string | null>>();
  let epoch = 0;

  function foldersOf(workspaceFolders: string[]): Promise<string[]> {
    const of = workspaceFolders.join('\0');
    if (!read || read.of !== of || performance.now() - read.atMs > REMEMBERED_MS) {
      read = { folders: all(foldersIn(workspaceFolders)), of, atMs: performance.now() };
      paths.clear();
    }
    return read.folders;
  }

  async function search(wanted: IdeFile, folders: string[], { filesOf }: Known): Promise<string | null> {
    for (const folder of folders) {
      const path = join(folder, wanted.file);
      if (!(await exists(path))) continue;
      const found = filesOf({ path: slashed(path), packageRoots: await packageRoots(path) });
      if (found.some(({ service, file }) => service === wanted.service && file === wanted.file)) return path;
    }
    return null;
  }

  return {
    async find(wanted, workspaceFolders, known) {
      const folders = await foldersOf(workspaceFolders);
      const key = `${wanted.service}\0${wanted.file}`;
      if (epoch !== known.epoch()) paths.clear();
      epoch = known.epoch();
      const found = paths.get(key) ?? search(wanted, folders, known);
      paths.set(key, found);
      return found;
    },
    forget() {
      read = null;
    },
  };
}

async function all<T>(items: AsyncGenerator<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

/** Folders of the workspace, those above before those below. */
async function* foldersIn(workspaceFolders: string[]): AsyncGenerator<string> {
  const waiting = [...workspaceFolders];
  for (let count = 0; count < MAXIMUM_FOLDERS && waiting.length > 0; count++) {
    const folder = waiting.shift()!;
    yield folder;
    for (const entry of await entriesOf(folder)) {
      if (entry.isDirectory() && !SKIPPED.has(entry.name) && !entry.name.startsWith('.')) {
        waiting.push(join(folder, entry.name));
      }
    }
  }
}

/** Source files of the workspace, without installed packages and what is built. */
export async function* sourceFilesIn(workspaceFolders: string[]): AsyncGenerator<string> {
  let count = 0;
  for await (const folder of foldersIn(workspaceFolders)) {
    for (const entry of await entriesOf(folder)) {
      if (!entry.isFile() || !isSourceFile(entry.name)) continue;
      if (++count > MAXIMUM_FILES) return;
      yield join(folder, entry.name);
    }
  }
}

async function entriesOf(folder: string) {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
