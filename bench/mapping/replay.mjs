// Real histories, replayed: what was deployed at one commit is looked for in the text of a later one, and held against
// the truth. Two states of all source files; files that did not change are the same functions for every subject.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintTypeScript } from '@prodlens/syntax/typescript';
import { firstParents, isNeverDeployed, renames, textReader } from './git.mjs';
import { Score } from './score.mjs';
import { SUBJECTS } from './subjects.mjs';
import { followFunctions } from './truth.mjs';

/** Commits between the two states, and the part of the history that pairs are taken from. */
export const GAPS = [10, 100, 400, 1_000];
const PAIRS = { 10: 5, 100: 5, 400: 2, 1000: 1 };
const STRIDE = 100;

/** { gap, scores: Map of subject -> Score } for each gap that the repository is old enough for. */
export async function* replay(repository, cacheFolder, note, gaps = GAPS, isWanted = (path) => !isNeverDeployed(path)) {
  const commits = firstParents(repository, 1_011);
  const last = commits.length - 1;
  const wanted = gaps.filter((gap) => gap <= last).map((gap) => ({ gap, pairs: pairsOf(gap, last) }));
  const checkpoints = [...new Set(wanted.flatMap(({ pairs }) => pairs.flat()))].sort((a, b) => a - b);
  const truth = await cachedTruth(
    repository,
    checkpoints.map((i) => commits[i]),
    cacheFolder,
    note,
  );
  const stateAt = new Map(truth.states.map((state) => [state.commit, state.files]));
  const couldBe = origins(truth.links);
  const reader = textReader(repository);
  for (const { gap, pairs } of wanted) {
    const scores = new Map(SUBJECTS.map(({ name }) => [name, new Score()]));
    for (const [from, to] of pairs) {
      const [before, after] = [from, to].map((i) => filtered(stateAt.get(commits[i]), isWanted));
      const renamed = renames(repository, commits[from], commits[to]);
      const changed = {
        before: await statesOf(reader, before, (path, oid) => after[path]?.[0] !== oid),
        after: await statesOf(reader, after, (path, oid) => before[path]?.[0] !== oid),
        renamed,
      };
      const unchanged = countUnchanged(before, after);
      const idOf = (side, path, index) => (side === 'before' ? before : after)[path]?.[1][index];
      for (const { name, match } of SUBJECTS) {
        const pairsFound = match(changed);
        scores
          .get(name)
          .add(pairsFound, idsOf(changed.before, before), idsOf(changed.after, after), idOf, couldBe, unchanged);
      }
    }
    yield { gap, scores };
  }
  reader.close();
}

function filtered(files, isWanted) {
  return Object.fromEntries(Object.entries(files).filter(([path]) => isWanted(path)));
}

/** Spread over the history, the last ending at its end. */
function pairsOf(gap, last) {
  const pairs = [];
  const apart = Math.max(STRIDE, Math.floor((last - gap) / PAIRS[gap] / STRIDE) * STRIDE);
  for (let end = last; end - gap >= 0 && pairs.length < PAIRS[gap]; end -= apart) pairs.push([end - gap, end]);
  return pairs;
}

async function cachedTruth(repository, commits, folder, note) {
  const source = ['truth.mjs', 'git.mjs'].map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('');
  const key = createHash('sha1').update(commits.join('\n')).update(source).digest('hex');
  const file = join(folder, `truth-${key}.json`);
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8'));
  const truth = await followFunctions(repository, commits, note);
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${file}.new`, JSON.stringify(truth));
  renameSync(`${file}.new`, file);
  return truth;
}

async function statesOf(reader, files, isWanted) {
  const states = [];
  for (const [path, [oid, ids]] of Object.entries(files)) {
    if (!isWanted(path, oid) || ids.length === 0) continue;
    const text = await reader.read(oid);
    states.push({ path, text, functions: fingerprintTypeScript(text, path).functions });
  }
  return states;
}

function countUnchanged(before, after) {
  let count = 0;
  for (const [path, [oid, ids]] of Object.entries(before)) if (after[path]?.[0] === oid) count += ids.length;
  return count;
}

function idsOf(states, files) {
  return new Set(states.flatMap(({ path }) => files[path][1]));
}

/** Whether two functions are joined by a pair that nobody can be sure of. */
function origins(links) {
  const of = new Map(links.map(([id, ...could]) => [id, could]));
  return (before, after) => {
    const seen = new Set([after]);
    for (const id of seen) {
      if (id === before) return true;
      for (const one of of.get(id) ?? []) seen.add(one);
      if (seen.size > 20_000) return true;
    }
    return false;
  };
}
