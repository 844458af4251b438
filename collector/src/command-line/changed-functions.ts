// What the commits of a deployment touched: functions by file and name, as sensors name them. Asked of git in the pipeline
// that deploys, where the source is; what is sent is names, never text. The parser is loaded only here, by the command.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CHANGE_LIMITS, type NotedCommit } from '../alerts/life/alert-book.js';
import { ProdlensError, quoted } from '../errors.js';

const SOURCES = ['js', 'mjs', 'cjs', 'jsx', 'ts', 'mts', 'cts', 'tsx', 'vue', 'svelte'].map((of) => `*.${of}`);
const GIT_BYTES = 64 * 1024 * 1024;

/**
 * Commits after `since` up to `revision`, oldest first, merges left out; paths relative to the folder, of which nothing
 * above is looked at. Throws PRODLENS_ERR_GIT.
 */
export async function changedFunctions(folder: string, since: string, revision: string): Promise<NotedCommit[]> {
  const git = gitIn(folder);
  for (const one of [since, revision]) {
    if (one.startsWith('-')) throw failure(`${quoted(one)} is no commit`);
    await git(['cat-file', '-e', `${one}^{commit}`]).catch(() => {
      throw failure(`${quoted(one)} is not in the repository here; a pipeline may have to fetch more of its history`);
    });
  }
  const range = ['--no-merges', '--reverse', `--max-count=${CHANGE_LIMITS.commits}`, `${since}..${revision}`];
  const ids = (await git(['rev-list', ...range, '--', '.'])).split('\n').filter((id) => id !== '');
  const linkOf = commitLinks(await git(['config', '--get', 'remote.origin.url']).catch(() => ''));
  const commits: NotedCommit[] = [];
  for (const id of ids) {
    const [author = '', subject = ''] = (await git(['show', '-s', '--format=%an%n%s', id])).split('\n');
    const options = ['--format=', '--unified=0', '--no-color', '--no-ext-diff', '--no-renames', '--relative'];
    const hunks = hunksOf(await git(['show', ...options, id, '--', ...SOURCES]));
    const files = [];
    for (const [file, lines] of [...hunks].slice(0, CHANGE_LIMITS.filesOfCommit)) {
      const text = await git(['show', `${id}:./${file}`]).catch(() => '');
      const functions = (await touched(text, file, lines)).slice(0, CHANGE_LIMITS.functionsOfFile);
      files.push({ file, functions });
    }
    const short = (text: string) => text.slice(0, CHANGE_LIMITS.text);
    if (files.length > 0)
      commits.push({ revision: id, author: short(author), subject: short(subject), link: linkOf(id), files });
  }
  return commits;
}

function gitIn(folder: string) {
  const run = promisify(execFile);
  return async (args: string[]): Promise<string> => {
    try {
      return (await run('git', ['-c', 'core.quotePath=false', ...args], { cwd: folder, maxBuffer: GIT_BYTES })).stdout;
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      throw failure(quoted((stderr || message).trim().split('\n')[0] ?? '', 300));
    }
  };
}

/** First and last line, 1-based, in the text after the change. */
type Lines = [first: number, last: number];

/** By file. Where lines only went, the two around them. */
function hunksOf(diff: string): Map<string, Lines[]> {
  const files = new Map<string, Lines[]>();
  let lines: Lines[] = [];
  for (const line of diff.split('\n')) {
    // Behind a name with a space stands a tab.
    const file = /^\+\+\+ b\/(.*?)\t?$/.exec(line)?.[1];
    if (file !== undefined) {
      lines = [];
      files.set(file, lines);
    }
    const hunk = /^@@ -\S+ \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (hunk === null) continue;
    const [first, count] = [Number(hunk[1]), Number(hunk[2] ?? 1)];
    lines.push(count === 0 ? [first, first + 1] : [first, first + count - 1]);
  }
  return files;
}

/** Names of the functions that the lines are in, the innermost; each once. */
async function touched(text: string, file: string, hunks: Lines[]): Promise<string[]> {
  const { outlineTypeScript } = await import('@prodlens/syntax/typescript');
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const functions = outlineTypeScript(text, file);
  const names = new Set<string>();
  for (const [first, last] of hunks) {
    const [from, to] = [starts[first - 1] ?? text.length, starts[last] ?? text.length];
    const hit = functions.filter(({ start, end }) => start < to && end > from);
    const holds = hit.filter(({ start, end }) => start <= from && end >= to - 1);
    const innermost = holds.sort((a, b) => a.end - a.start - (b.end - b.start))[0];
    for (const one of hit) if (!holds.includes(one) || one === innermost) names.add(one.name);
  }
  return [...names];
}

/** How the repository's host shows a commit. A name and password in the address go no further. */
function commitLinks(remote: string): (revision: string) => string {
  const address = remote.trim().replace(/^(?:ssh:\/\/)?git@([^:/]+)[:/](?:\d+\/)?/, 'https://$1/');
  if (!URL.canParse(address)) return () => '';
  const { protocol, host, pathname } = new URL(address);
  if (!/^https?:$/.test(protocol)) return () => '';
  const commit = host === 'bitbucket.org' ? 'commits' : 'commit';
  return (revision) => `${protocol}//${host}${pathname.replace(/(\.git)?\/?$/, '')}/${commit}/${revision}`;
}

function failure(what: string): ProdlensError {
  return new ProdlensError('PRODLENS_ERR_GIT', `The changes of the deployment cannot be read: ${what}`);
}
