// Finds the Node.js that an IDE will start. An IDE that was opened from a dock or a menu does not have the PATH of a
// terminal, so the folders of the version managers are looked at too. The places are a list in a file, which the plugin
// reads as well (core/src/main/java/prodlens/core/NodeLocator.java); this file only says how a line is read.

import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { posix, win32 } from 'node:path';

/** The oldest that the language server runs on. */
export const OLDEST_NODE = [20, 19, 0] as const;

/** What a search needs to know of a machine, so that a test can be any machine. */
export interface Machine {
  platform: 'linux' | 'darwin' | 'win32';
  home: string;
  variables: Readonly<Record<string, string | undefined>>;
  files: Files;
}

export interface Files {
  isFile(path: string): boolean;
  /** Names in a folder; none where there is no such folder, or it is not ours to read. */
  names(folder: string): string[];
}

/** Those of this machine. */
export const realFiles: Files = {
  isFile(path) {
    try {
      return statSync(path).isFile();
    } catch {
      return false; // not there, or not ours to look at
    }
  },
  names(folder) {
    try {
      return readdirSync(folder);
    } catch {
      return [];
    }
  },
};

export interface FoundNode {
  path: string;
  /** "22.3.0" */
  version: string;
  newEnough: boolean;
}

const SYSTEMS = { linux: 'linux', darwin: 'mac', win32: 'windows' } as const;
/** On a PATH, but gone with the shell, or another Node.js in another folder. */
const OF_ONE_SHELL_OR_FOLDER = /fnm_multishells|[\\/]shims[\\/]?$|node_modules[\\/]\.bin/;
const VERSION_TIMEOUT_MS = 10_000;

/**
 * Programs that are there, the first choice first, each once. Nothing is started.
 * @param list text of node-locations.txt
 */
export function nodeCandidates(list: string, machine: Machine): string[] {
  const found = new Set<string>();
  for (const line of list.split(/\r?\n/)) {
    const [systems, , pattern] = line.match(/^(\S+)\s+(\S+)\s+(.+)$/)?.slice(1) ?? [];
    if (systems === undefined || pattern === undefined || line.startsWith('#')) continue;
    if (systems !== 'all' && !systems.split(',').includes(SYSTEMS[machine.platform])) continue;
    for (const path of pattern === 'PATH' ? onPath(machine) : matches(pattern, machine)) found.add(path);
  }
  return [...found];
}

/** Starts each to ask its version; what does not answer like Node.js is left out. Ends at the first that will do. */
export function askForNode(candidates: string[]): FoundNode[] {
  const answers: FoundNode[] = [];
  for (const path of candidates) {
    const version = versionOf(path);
    if (version === null) continue;
    const newEnough = compare(numbers(version), OLDEST_NODE) >= 0;
    answers.push({ path, version, newEnough });
    if (newEnough) break;
  }
  return answers;
}

function versionOf(path: string): string | null {
  try {
    const said = execFileSync(path, ['--version'], {
      encoding: 'utf8',
      timeout: VERSION_TIMEOUT_MS,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return /^v(\d+\.\d+\.\d+)/.exec(said)?.[1] ?? null;
  } catch {
    return null;
  }
}

function onPath(machine: Machine): string[] {
  const windows = machine.platform === 'win32';
  const { isAbsolute, join } = windows ? win32 : posix;
  const folders = (variable('PATH', machine) ?? '').split(windows ? ';' : ':').filter((folder) => folder !== '');
  return folders
    .map((folder) => folder.replaceAll('"', ''))
    .filter((folder) => isAbsolute(folder) && !OF_ONE_SHELL_OR_FOLDER.test(folder))
    .map((folder) => join(folder, windows ? 'node.exe' : 'node'))
    .filter(machine.files.isFile);
}

/** Files under a pattern with at most one folder that has a * in its name; the highest version first. */
function matches(pattern: string, machine: Machine): string[] {
  const { normalize, sep } = machine.platform === 'win32' ? win32 : posix;
  const expanded = expand(pattern, machine);
  if (expanded === undefined) return [];
  const { isFile, names: namesIn } = machine.files;
  const names = normalize(expanded).split(sep);
  const star = names.findIndex((name) => name.includes('*'));
  if (star < 0) return [names.join(sep)].filter(isFile);
  const [before = '', after = ''] = names[star]?.split('*') ?? [];
  const parent = names.slice(0, star).join(sep) + sep;
  return namesIn(parent)
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .sort((a, b) => compare(numbers(b), numbers(a)))
    .map((name) => [parent + name, ...names.slice(star + 1)].join(sep))
    .filter(isFile);
}

/** undefined where a variable in it is not set. */
function expand(pattern: string, machine: Machine): string | undefined {
  const text = pattern.startsWith('~') ? machine.home + pattern.slice(1) : pattern;
  const names = [...text.matchAll(/\$(\w+)/g)].map(([, name]) => name ?? '');
  if (names.some((name) => variable(name, machine) === undefined)) return undefined;
  return text.replace(/\$(\w+)/g, (_, name: string) => variable(name, machine) ?? '');
}

/** undefined where it is not set or empty. Windows does not mind the case of a name. */
function variable(name: string, { platform, variables }: Machine): string | undefined {
  const key =
    platform === 'win32' ? Object.keys(variables).find((key) => key.toLowerCase() === name.toLowerCase()) : name;
  return (key !== undefined && variables[key]) || undefined;
}

function numbers(text: string): number[] {
  return (text.match(/\d+/g) ?? []).map(Number);
}

function compare(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < 3; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
