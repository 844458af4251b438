// Which function of one commit is which of a later one, found without the cascade that is judged by it: every commit
// on the way is followed by itself, by the lines that git says it left alone. Rules, surest first:
//
//   1. the line on which a function begins is unchanged, and as many functions begin on it;
//   2. most of a function's own lines are unchanged and lie in one other function;
//   3. the only function of its qualified name, in the file as git follows it, on both sides of this one commit;
//   4. all its lines but the first stand in another file that the commit changed, and nowhere else; or the only function
//      of its qualified name that the commit took from one file and put into another, with half of its lines;
//   5. as many functions of one own name right inside a function that is paired: by order.
//
// What is left ends there or begins there. Where an end and a beginning in the same file could be one function,
// people would disagree as well, and so with one of its name in another file of the commit: such pairs count neither for nor against anybody ("unscored"). Bias: rule 3 believes
// names as the cascade does, within single commits; rules 1, 2 and 4 look at lines of text, never at its hashes.

import { lineAt, lineStartsOf } from '@prodlens/syntax/lines';
import { outlineTypeScript } from '@prodlens/syntax/typescript';
import { filesAt, steps, textReader } from './git.mjs';

const ANONYMOUS = /#-?\d+$|^\((?:return|iife|anonymous)\)$/;
const LARGEST_LINE_AVERAGE = 300;
const MAXIMUM_LINKS = 200;

/**
 * Functions by identity at each of the commits `checkpoints` (oldest first):
 * { states: [{ commit, files: { path: [oid, ids] } }], links: [[id, …ids it could have been]] }.
 */
export async function followFunctions(repository, checkpoints, note) {
  const reader = textReader(repository);
  const outlines = new Map();
  let nextId = 1;
  const outlineOf = async (oid, path) => {
    const known = outlines.get(oid);
    if (known) return known;
    const outline = linesOf(await reader.read(oid), path);
    outlines.set(oid, outline);
    if (outlines.size > 4_000) outlines.delete(outlines.keys().next().value);
    return outline;
  };
  const state = new Map();
  const links = [];
  for (const [path, oid] of filesAt(repository, checkpoints[0])) {
    const { functions } = await outlineOf(oid, path);
    state.set(path, [oid, functions.map(() => nextId++)]);
  }
  const states = [{ commit: checkpoints[0], files: Object.fromEntries(state) }];
  for (const [i, checkpoint] of checkpoints.slice(1).entries()) {
    for (const step of steps(repository, checkpoints[i], checkpoint)) {
      const files = [];
      for (const change of step.changes) {
        files.push({
          ...change,
          ids: state.get(change.before)?.[1] ?? [],
          old: change.before === null ? NOTHING : await outlineOf(change.beforeOid, change.before),
          now: change.after === null ? NOTHING : await outlineOf(change.afterOid, change.after),
        });
      }
      for (const { before } of step.changes) if (before !== null) state.delete(before);
      for (const { after, afterOid, ids, born } of followCommit(files, () => nextId++)) {
        if (after !== null) state.set(after, [afterOid, ids]);
        links.push(...born);
      }
    }
    states.push({ commit: checkpoint, files: Object.fromEntries(state) });
    note?.(`followed functions over ${i + 1} of ${checkpoints.length - 1} stretches`);
  }
  reader.close();
  return { states, links };
}

const NOTHING = { functions: [], text: [] };

function linesOf(source, path) {
  if (source.length / (source.split('\n', 2_000).length || 1) > LARGEST_LINE_AVERAGE) return NOTHING;
  const starts = lineStartsOf(source);
  const functions = outlineTypeScript(source, path).map(({ name, ownName, nameStart, start, end }) => {
    return { name, ownName, first: lineAt(starts, nameStart), last: lineAt(starts, end), start, end, parent: -1 };
  });
  const around = [];
  for (const [i, f] of functions.entries()) {
    while (around.length > 0 && functions[around.at(-1)].end <= f.start) around.pop();
    f.parent = around.at(-1) ?? -1;
    around.push(i);
  }
  return { functions, text: source.split(/\r\n|[\n\r\u2028\u2029]/).map((line) => line.replace(/\s+/g, '')) };
}

/** For each changed file the ids of its functions now; `born`: [id, …ids of functions that it may have been]. */
function followCommit(files, newId) {
  const found = files.map(({ now }) => now.functions.map(() => null));
  const gone = files.map(({ old }) => old.functions.map(() => true));
  const pair = (i, a, j, b) => {
    if (!gone[i][a] || found[j][b] !== null) return;
    gone[i][a] = false;
    found[j][b] = files[i].ids[a] ?? null;
  };
  for (const [i, file] of files.entries()) {
    if (file.before === null || file.after === null) continue;
    const isFree = (a, b) => gone[i][a] && found[i][b] === null;
    const each = (pairs) => {
      for (const [a, b] of pairs) if (isFree(a, b)) pair(i, a, i, b);
    };
    const lineNow = unchangedLines(file);
    each(sameFirstLine(file, lineNow));
    each(sameLines(file, lineNow, isFree));
    each(sameName(file, isFree));
  }
  for (const [i, a, j, b] of movedText(files, gone, found)) pair(i, a, j, b);
  for (const [i, a, j, b] of movedName(files, gone, found)) pair(i, a, j, b);
  for (const [i, a, j, b] of sameOrder(files, gone, found)) pair(i, a, j, b);
  const lost = files.flatMap(({ old, ids }, i) =>
    old.functions.flatMap(({ ownName }, a) => (gone[i][a] && ids[a] ? [{ i, ownName, id: ids[a] }] : [])),
  );
  return files.map(({ now, after, afterOid }, i) => {
    const born = [];
    const ids = found[i].map((id, b) => {
      if (id !== null) return id;
      const fresh = newId();
      const { ownName } = now.functions[b];
      const could = lost.filter((one) => one.i === i || one.ownName === ownName);
      if (could.length > 0) born.push([fresh, ...could.slice(0, MAXIMUM_LINKS).map((one) => one.id)]);
      return fresh;
    });
    return { after, afterOid, ids, born };
  });
}

/** Old line -> new line (0-based) of what git left alone. */
function unchangedLines({ old, hunks }) {
  const lines = new Int32Array(old.text.length).fill(-1);
  let at = 0;
  let shift = 0;
  for (const [oldStart, oldCount, newStart, newCount] of hunks) {
    const first = oldCount === 0 ? oldStart : oldStart - 1;
    for (; at < first; at++) lines[at] = at + shift;
    at = first + oldCount;
    shift = (newCount === 0 ? newStart : newStart - 1) + newCount - at;
  }
  for (; at < lines.length; at++) lines[at] = at + shift;
  return lines;
}

function sameFirstLine({ old, now }, lineNow) {
  const here = byFirstLine(now.functions);
  return [...byFirstLine(old.functions)].flatMap(([line, group]) => {
    const other = here.get(lineNow[line]);
    return other?.length === group.length ? group.map((a, k) => [a, other[k]]) : [];
  });
}

function byFirstLine(functions) {
  const groups = new Map();
  for (const [i, { first }] of functions.entries()) groups.set(first, [...(groups.get(first) ?? []), i]);
  return groups;
}

/** Mutually best, by at least half of the own lines of both that say something. */
function sameLines({ old, now }, lineNow, isFree) {
  const ofOld = ownLines(old);
  const ofNow = ownLines(now);
  const ownerNow = new Map(ofNow.flatMap((lines, b) => lines.map((line) => [line, b])));
  const pairs = [];
  for (const [a, lines] of ofOld.entries()) {
    const shares = new Map();
    for (const line of lines) {
      const b = ownerNow.get(lineNow[line]);
      if (b !== undefined && isFree(a, b)) shares.set(b, (shares.get(b) ?? 0) + 1);
    }
    const [best] = [...shares].sort(([, x], [, y]) => y - x);
    if (best && best[1] >= 2 && best[1] * 2 > Math.max(lines.length, ofNow[best[0]].length)) pairs.push([a, best[0]]);
  }
  return pairs;
}

/** Of each function the lines behind its first that are in no function inside it, and say more than brackets. */
function ownLines({ functions, text }) {
  const owner = new Map();
  for (const [i, { first, last }] of functions.entries()) {
    for (let line = first + 1; line < last; line++) owner.set(line, i);
    owner.delete(first);
  }
  const lines = functions.map(() => []);
  for (const [line, i] of owner) if (/\w/.test(text[line] ?? '')) lines[i].push(line);
  return lines;
}

function sameName({ old, now }, isFree) {
  const only = (functions) => {
    const byName = new Map();
    for (const [i, { name, ownName }] of functions.entries()) {
      if (!ANONYMOUS.test(ownName) || ownName.includes("'")) byName.set(name, byName.has(name) ? null : i);
    }
    return byName;
  };
  const here = only(now.functions);
  return [...only(old.functions)].flatMap(([name, a]) => {
    const b = here.get(name);
    return a !== null && b != null && isFree(a, b) ? [[a, b]] : [];
  });
}

/** Functions of the same own name right inside a paired function, as many as before. From the outermost in. */
function sameOrder(files, gone, found) {
  const placeOf = new Map(found.flatMap((ids, j) => ids.map((id, b) => [id, [j, b]])));
  const pairs = [];
  for (const [i, { old, ids }] of files.entries()) {
    const partner = new Map();
    for (const [a, { parent, ownName }] of old.functions.entries()) {
      const place = gone[i][a] ? undefined : placeOf.get(ids[a]);
      if (place) partner.set(a, place);
      const around = partner.get(parent);
      if (place || !around) continue;
      const [j, outer] = around;
      const alike = (functions, inside) =>
        functions.flatMap((f, k) => (f.parent === inside && f.ownName === ownName ? [k] : []));
      const before = alike(old.functions, parent);
      const after = alike(files[j].now.functions, outer);
      const b = after[before.indexOf(a)];
      if (before.length !== after.length || b === undefined || found[j][b] !== null) continue;
      pairs.push([i, a, j, b]);
      partner.set(a, [j, b]);
    }
  }
  return pairs;
}

/** The only one of its qualified name that left a file, and the only one that came to another, with half of its lines. */
function movedName(files, gone, found) {
  const only = (side, isOpen) => {
    const byName = new Map();
    for (const [i, file] of files.entries()) {
      for (const [k, { name, ownName }] of file[side].functions.entries()) {
        if (!isOpen(i, k) || (ANONYMOUS.test(ownName) && !ownName.includes("'"))) continue;
        byName.set(name, byName.has(name) ? null : [i, k]);
      }
    }
    return byName;
  };
  const fresh = only('now', (i, b) => found[i][b] === null);
  return [...only('old', (i, a) => gone[i][a])].flatMap(([name, one]) => {
    const two = fresh.get(name);
    if (!one || !two) return [];
    const before = bodyLines(files[one[0]].old, one[1]);
    const after = new Set(bodyLines(files[two[0]].now, two[1]));
    const kept = before.filter((line) => after.has(line)).length;
    return kept * 2 >= Math.max(before.length, after.size) && kept >= 2 ? [[...one, ...two]] : [];
  });
}

function bodyLines({ functions, text }, i) {
  return text.slice(functions[i].first + 1, functions[i].last).filter((line) => /\w/.test(line));
}

const SHORTEST_MOVE = 3;

/** All lines but the first are the same, without white space, in one place that is gone and one that is new. */
function movedText(files, gone, found) {
  const lost = byText(files, 'old', (i, a) => gone[i][a]);
  const fresh = byText(files, 'now', (i, b) => found[i][b] === null);
  return [...lost].flatMap(([body, places]) => {
    const other = fresh.get(body);
    return places.length === 1 && other?.length === 1 ? [[...places[0], ...other[0]]] : [];
  });
}

function byText(files, side, isOpen) {
  const places = new Map();
  for (const [i, file] of files.entries()) {
    const { functions, text } = file[side];
    for (const [k, { first, last }] of functions.entries()) {
      if (!isOpen(i, k) || last - first + 1 < SHORTEST_MOVE) continue;
      const body = text.slice(first + 1, last + 1).join('\n');
      places.set(body, [...(places.get(body) ?? []), [i, k]]);
    }
  }
  return places;
}
