// What the bench reads from a repository: commits of the first-parent line, what each changed, and texts by blob id.
// Nothing is checked out; a bare directory will do.

import { execFileSync, spawn } from 'node:child_process';

const EXTENSIONS = ['ts', 'tsx', 'js', 'jsx', 'mts', 'mjs', 'cts', 'cjs', 'vue', 'svelte'];
/** Without what is built: else git takes a file for one that came from its built copy. */
export const SOURCES = [...EXTENSIONS.map((extension) => `*.${extension}`), ':(exclude,glob)**/*dist/**'];
const LARGEST = 300_000;

/** The output as text; throws with git's own words where it fails. */
export function git(repository, ...args) {
  return execFileSync('git', ['-C', repository, '-c', 'core.quotepath=off', ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
  });
}

/** The last `count` commits of the first-parent line, oldest first. */
export function firstParents(repository, count) {
  return git(repository, 'rev-list', '--first-parent', `--max-count=${count}`, 'HEAD').trim().split('\n').reverse();
}

/** Source files of a commit: path -> blob id. */
export function filesAt(repository, commit) {
  const files = new Map();
  for (const line of git(repository, 'ls-tree', '-r', '-z', commit).split('\0')) {
    const [, oid, path] = /^\d+ blob (\w+)\t(.+)$/s.exec(line) ?? [];
    if (oid && isSource(path)) files.set(path, oid);
  }
  return files;
}

/** Whether a tracked file is one that people write functions in. */
export function isSource(path) {
  return (
    /\.([cm]?[jt]s|[jt]sx|vue|svelte)$/.test(path) &&
    !/\.d\.[cm]?ts$|\.min\.js$|(^|\/)(node_modules|(\w+_)?dist|vendor|__snapshots__)\//.test(path)
  );
}

/** What no service runs in production: tests, their fixtures, examples, benches and tools. */
export function isNeverDeployed(path) {
  return /(^|\/)(__?tests?__?|tests?|fixtures?|examples?|samples?|playground|templates?|bench(marks?)?|docs?|www|scripts?|tools?|e2e|types)\/|[.-](test|spec|tst|test-d|bench|stories|config)\.\w+$/i.test(
    path,
  );
}

/**
 * What each commit behind `from` up to `to` changed against its first parent, in order:
 * { commit, changes: [{ before, after, beforeOid, afterOid, hunks: [[oldStart, oldCount, newStart, newCount]] }] },
 * lines 1-based; before or after is null where the file was added or removed. White space alone is no change.
 */
export function steps(repository, from, to) {
  const format = '--format=%x01%H';
  const output = git(
    repository,
    'log',
    '--first-parent',
    '-m',
    '--reverse',
    '-M40%',
    '-l2000',
    '--raw',
    '--abbrev=40',
    '-p',
    '-U0',
    '-w',
    '--no-color',
    '--no-ext-diff',
    '--no-textconv',
    '--diff-algorithm=histogram',
    '--src-prefix=a/',
    '--dst-prefix=b/',
    format,
    `${from}..${to}`,
    '--',
    ...SOURCES,
  );
  return output.split('\x01').slice(1).map(stepOf);
}

function stepOf(text) {
  const lines = text.split('\n');
  const changes = new Map();
  let current = null;
  for (const line of lines) {
    const raw = /^:\d+ \d+ (\w+) (\w+) ([ADMRT])\d*\t([^\t]+)(?:\t(.+))?$/.exec(line);
    if (raw) {
      const [, beforeOid, afterOid, status, path, renamed] = raw;
      const before = status === 'A' ? null : path;
      const after = status === 'D' ? null : (renamed ?? path);
      if ((before === null || isSource(before)) && (after === null || isSource(after))) {
        changes.set(`${before ?? after} ${after ?? before}`, { before, after, beforeOid, afterOid, hunks: [] });
      }
    } else if (line.startsWith('diff --git ')) {
      current = null;
      for (const [key, change] of changes) {
        const [old, now] = key.split(' ');
        if (line === `diff --git a/${old} b/${now}`) current = change;
      }
    } else if (current && line.startsWith('@@ ')) {
      const [, os, oc = '1', ns, nc = '1'] = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/.exec(line);
      current.hunks.push([Number(os), Number(oc), Number(ns), Number(nc)]);
    }
  }
  return { commit: lines[0], changes: [...changes.values()] };
}

/** Files with another path in `to`: before -> after. */
export function renames(repository, from, to) {
  const output = git(
    repository,
    'diff',
    '--name-status',
    '-z',
    '-M40%',
    '-l4000',
    '--diff-filter=R',
    from,
    to,
    '--',
    ...SOURCES,
  );
  const parts = output.split('\0');
  const found = new Map();
  for (let i = 0; i + 2 < parts.length; i += 3) found.set(parts[i + 1], parts[i + 2]);
  return found;
}

/** Reads texts by blob id from one process. Answers '' for what is missing or too large to be written by people. */
export function textReader(repository) {
  const child = spawn('git', ['-C', repository, 'cat-file', '--batch'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const waiting = [];
  let chunks = [];
  let length = 0;
  child.stdout.on('data', (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    answer();
  });
  function answer() {
    while (waiting.length > 0) {
      if (chunks.length > 1 && (waiting[0].need ?? 0) > length) return;
      const all = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks, length);
      chunks = [all];
      const end = all.indexOf(10);
      if (end === -1) return;
      const [, type, size] = all.toString('latin1', 0, end).split(' ');
      const bytes = type === 'missing' ? 0 : Number(size) + 1;
      waiting[0].need = end + 1 + bytes;
      if (length < waiting[0].need) return;
      const { resolve } = waiting.shift();
      resolve(bytes > LARGEST ? '' : all.toString('utf8', end + 1, end + bytes));
      chunks = [all.subarray(end + 1 + bytes)];
      length = chunks[0].length;
    }
  }
  return {
    read: (oid) =>
      new Promise((resolve) => {
        waiting.push({ resolve });
        child.stdin.write(`${oid}\n`);
      }),
    close: () => child.stdin.end(),
  };
}
