// What a run has found out so far, on disk, so that one that was stopped can go on: a line of JSON for what the run
// is of, then one for each test as it ends. Results of another Node, suite or engine are not taken for this one's.

import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Failure } from '../../../scripts/progress.mjs';

/** Instruments and measures: by its text two states of the sensor are told apart. */
const ENGINE = createRequire(import.meta.url)
  .resolve('@prodlens/sensor/instrument')
  .replace('instrument', 'sensor');

/**
 * Begins the file anew; with `resume`, goes on with the one that is there. { known: results by test, add(test, results) }.
 * Throws Failure where there is nothing to go on with.
 */
export function openResults(file, root, resume) {
  const engine = createHash('sha1').update(readFileSync(ENGINE)).digest('hex');
  const of = JSON.stringify({ root, node: process.version, engine });
  const known = resume ? readResults(file, of) : new Map();
  if (!resume) {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${of}\n`);
  }
  return { known, add: (test, results) => appendFileSync(file, `${JSON.stringify([test, results])}\n`) };
}

function readResults(file, of) {
  if (!existsSync(file)) throw new Failure(`There is no run to go on with: ${file} does not exist.`);
  // Whoever was stopped while writing left a part of a line.
  const text = readFileSync(file, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole !== text) writeFileSync(file, whole);
  const [header, ...lines] = whole.split('\n').slice(0, -1);
  if (header === of) return new Map(lines.map((line) => JSON.parse(line)));
  throw new Failure(`${file} is of another Node, suite or state of the sensor: run it anew, without --resume.`);
}
