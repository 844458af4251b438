// The checkouts around the workspace's files: which one a file is in, and which files had another path at a commit.

import { execFile } from 'node:child_process';
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { slashed } from '../mapping/deployed-files.js';
import { GIT_ENVIRONMENT, type GitObjects, gitObjects } from './git-objects.js';

export interface GitCheckout {
  /** Absolute, with "/". */
  root: string;
  objects: GitObjects;
  /** Files with another path now than at the revision: now -> then, both relative to the root. Asked once a revision and checked-out commit. */
  renamedSince(revision: string): Promise<ReadonlyMap<string, string>>;
  /** Source files at the revision that are changed or gone in the working tree, relative to the root; a git process each time. */
  changedSince(revision: string): Promise<string[]>;
}

export interface GitCheckouts {
  /** null for a file in none. */
  of(path: string): Promise<GitCheckout | null>;
  close(): void;
}

const SOURCES = ['ts', 'tsx', 'mts', 'cts', 'js', 'jsx', 'mjs', 'cjs', 'vue', 'svelte'].map((one) => `*.${one}`);
const DIFF_MS = 20_000;
const MAXIMUM_KNOWN = 16;

/** One for each repository, kept until this is closed; a file outside of any has none. */
export function gitCheckouts(): GitCheckouts {
  const byRoot = new Map<string, GitCheckout>();
  return {
    async of(path) {
      for (let folder = dirname(path); ; folder = dirname(folder)) {
        const known = byRoot.get(folder);
        if (known) return known;
        // A folder in the checkout itself, a file in a worktree or submodule.
        const isRoot = await stat(join(folder, '.git')).then(
          () => true,
          () => false,
        );
        if (isRoot) {
          const found = byRoot.get(folder) ?? checkout(folder);
          byRoot.set(folder, found);
          return found;
        }
        if (folder === dirname(folder)) return null;
      }
    },
    close() {
      for (const { objects } of byRoot.values()) objects.close();
      byRoot.clear();
    },
  };
}

function checkout(root: string): GitCheckout {
  const known = new Map<string, Promise<ReadonlyMap<string, string>>>();
  return {
    root: slashed(root),
    objects: gitObjects(root),
    changedSince: (revision) => changes(root, revision),
    async renamedSince(revision) {
      const key = `${revision} ${await checkedOut(root)}`;
      let found = known.get(key);
      if (!found) {
        if (known.size >= MAXIMUM_KNOWN) known.clear();
        found = renames(root, revision);
        known.set(key, found);
      }
      return found;
    },
  };
}

/** What says that another commit is checked out, without a process: the text of HEAD and of the branch that it names. */
async function checkedOut(root: string): Promise<string> {
  const read = (file: string) => readFile(join(root, '.git', file), 'utf8').catch(() => '');
  const head = (await read('HEAD')).trim();
  return head.startsWith('ref: ') ? `${head} ${(await read(head.slice(5))).trim()}` : head;
}

async function renames(root: string, revision: string): Promise<ReadonlyMap<string, string>> {
  const parts = await diff(root, ['--name-status', '-M40%', '-l2000', '--diff-filter=R', revision, 'HEAD']);
  const found = new Map<string, string>();
  for (let i = 0; i + 2 < parts.length; i += 3) found.set(parts[i + 2]!, parts[i + 1]!);
  return found;
}

async function changes(root: string, revision: string): Promise<string[]> {
  const names = await diff(root, ['--name-only', '--no-renames', '--diff-filter=MD', revision]);
  return names.filter((name) => name !== '');
}

/** What git says, by its zeros; nothing where it fails. */
function diff(root: string, args: string[]): Promise<string[]> {
  const options = {
    timeout: DIFF_MS,
    maxBuffer: 16 * 2 ** 20,
    windowsHide: true,
    env: { ...process.env, ...GIT_ENVIRONMENT },
  };
  const all = ['-C', root, 'diff', '-z', '--no-ext-diff', ...args, '--', ...SOURCES];
  return new Promise((resolve) => {
    execFile('git', all, options, (error, output) => resolve(error ? [] : output.split('\0')));
  });
}

/** The file relative to the root, with "/". */
export function pathIn(root: string, path: string): string {
  return slashed(relative(root, path)).replaceAll('\\', '/');
}
