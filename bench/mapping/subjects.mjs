// What is compared: Prodlens with the deployed text and without, and what others key functions by.

import { basename } from 'node:path';
import { packFingerprint, unpackFingerprint } from '@prodlens/syntax/fingerprint-text';
import { lineAt, lineStartsOf } from '@prodlens/syntax/lines';
import { carryFunctions } from '../../language-server/dist/mapping/cascade/cascade.js';

/** Each `match` takes two states of the changed files and answers [{ before, after: { path, index }, confidence, stage }]. */
export const SUBJECTS = [
  { name: 'prodlens', match: ({ before, after, renamed }) => carried(before, after, renamed) },
  { name: 'prodlens, no git', match: ({ before, after }) => carried(before.map(asReported), after, new Map()) },
  { name: 'path:line', match: keyed((path, f, text) => `${path}:${lineAt(text, f.nameStart)}`) },
  { name: 'module:function', match: keyed((path, f) => `${basename(path).replace(/\.\w+$/, '')}:${f.ownName}`) },
  { name: 'file + name + ordinal', match: keyed((path, f) => `${path}:${f.name}:${f.ordinal}`) },
];

function carried(before, after, renamed) {
  return carryFunctions(before, after, renamed).map(({ before, after, confidence, stage }) => {
    const [from, to] = [before, after].map(({ path, index }) => ({ path, index }));
    return { before: from, after: to, confidence, stage };
  });
}

/** As a sensor reports them, where the commit is not in the workspace's git. */
function asReported({ path, functions }) {
  return {
    path,
    functions: functions.map((f) => ({ ...f, fingerprint: unpackFingerprint(packFingerprint(f.fingerprint)) })),
  };
}

/** One to one by a key; of several with one key, none. */
function keyed(keyOf) {
  return ({ before, after }) => {
    const [there, here] = [before, after].map((files) => {
      const found = new Map();
      for (const { path, text, functions } of files) {
        const lines = lineStartsOf(text);
        for (const [index, f] of functions.entries()) {
          const key = keyOf(path, f, lines);
          found.set(key, found.has(key) ? null : { path, index });
        }
      }
      return found;
    });
    return [...there].flatMap(([key, before]) => {
      const after = here.get(key);
      return before && after ? [{ before, after, confidence: 1, stage: 'key' }] : [];
    });
  };
}
