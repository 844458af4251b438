// What the sensor costs: the same program in processes with and without it, run in turns, medians of each, ratios.
// Processor time is taken, not elapsed time: it says the same on a busy machine. No collector is needed; the sensor
// counts and keeps its windows.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const REGISTER = import.meta.resolve('@prodlens/sensor/register');
const ROUNDS = 7;
const PROGRAMS = {
  'calls.cjs': 'calls in a tight loop',
  'server.mjs': 'Express server',
};

/** Rows as contract: { case, subject, metric, unit, value, ratio? }; a ratio is to the plain program. */
export async function run({ note }) {
  const rows = [];
  for (const [file, title] of Object.entries(PROGRAMS)) {
    const runs = { plain: [], prodlens: [] };
    for (let round = 0; round < ROUNDS; round++) {
      note(`${title}, round ${round + 1} of ${ROUNDS}`);
      for (const subject of round % 2 === 0 ? ['plain', 'prodlens'] : ['prodlens', 'plain']) {
        runs[subject].push(await measure(file, subject));
      }
    }
    rows.push(...summarise(title, runs));
  }
  return rows;
}

async function measure(file, subject) {
  const program = fileURLToPath(new URL(`programs/${file}`, import.meta.url));
  const args = subject === 'plain' ? [program] : ['--import', REGISTER, program];
  const env = { ...process.env, PRODLENS_URL: 'http://127.0.0.1:9', NODE_ENV: 'production', NODE_OPTIONS: '' };
  const { stdout } = await promisify(execFile)(process.execPath, args, { env, timeout: 120_000 });
  return JSON.parse(stdout);
}

/** The programs print { metric: { value, unit } }. */
function summarise(title, runs) {
  return Object.keys(runs.plain[0]).flatMap((metric) => {
    const value = (subject) => median(runs[subject].map((one) => one[metric].value));
    const { unit } = runs.plain[0][metric];
    const row = (subject) => ({ case: title, subject, metric, unit, value: value(subject) });
    return [row('plain'), { ...row('prodlens'), ratio: value('prodlens') / value('plain') }];
  });
}

function median(values) {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)];
}
