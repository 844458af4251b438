// How often the right number stands on the right function: on histories of real repositories, on scripted refactorings
// and on what compilers make of code. Goals are those of the language server.

import { execFileSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Failure } from '../../scripts/progress.mjs';
import { refactor } from './refactorings.mjs';
import { GAPS, replay } from './replay.mjs';
import { BANDS, Score } from './score.mjs';
import { compiled } from './source-maps.mjs';

const CACHE = fileURLToPath(new URL('../../.cache/mapping', import.meta.url));
const REPOSITORIES = ['typeorm/typeorm', 'trpc/trpc', 'fastify/fastify', 'honojs/hono'].map(
  (name) => `https://github.com/${name}.git`,
);
const CASES = ['history', 'refactorings', 'source maps'];
const PRECISION = 0.995;
const RECALL = { 100: 0.99, 1000: 0.97 };

export const HELP = `mapping
  Deployed functions found again in later text: precision, recall, F1, and whether stated confidence holds.
  --case NAME   one of ${CASES.join(', ')}; may be repeated
  --repo PATH   a clone (a bare one will do), or a URL that is cloned into .cache/mapping; may be repeated.
                Without a network name clones on this machine.
                Default: ${REPOSITORIES.map((url) => url.replace(/^https:\/\/github.com\/|\.git$/g, '')).join(', ')}
  --full        also the repositories' tests and examples, which no service runs in production
  "all": functions of files that did not change between the two commits count as well; "changed": they do not.`;

export async function run({ note, options }) {
  const cases = options.case ?? CASES;
  const rows = [];
  if (cases.includes('history')) rows.push(...(await historyRows(options, note)));
  if (cases.includes('refactorings')) rows.push(...refactoringRows(note));
  if (cases.includes('source maps')) rows.push(...sourceMapRows(note));
  return rows;
}

async function historyRows(options, note) {
  const rows = [];
  const together = new Map();
  for (const given of options.repo ?? REPOSITORIES) {
    const name = nameOf(given);
    const repository = existsSync(given) ? given : cloned(given, name, note);
    const wanted = options.full ? () => true : undefined;
    for await (const { gap, scores } of replay(repository, CACHE, (text) => note(`${name}: ${text}`), GAPS, wanted)) {
      for (const [subject, score] of scores) {
        rows.push(...scoreRows(`${name}, ${gap} commits`, subject, score));
        const key = `${gap}\n${subject}`;
        const sum = together.get(key) ?? new Score();
        together.set(key, sum);
        sum.addScore(score);
      }
      note(`${name}: ${gap} commits done`);
    }
  }
  for (const gap of GAPS) {
    for (const [key, score] of together) {
      const [of, subject] = key.split('\n');
      if (Number(of) !== gap) continue;
      const goals = subject === 'prodlens' ? { precision: PRECISION, recall: RECALL[gap] } : {};
      rows.push(...scoreRows(`all repositories, ${gap} commits`, subject, score, goals));
      if (subject.startsWith('prodlens'))
        rows.push(...calibrationRows(`all repositories, ${gap} commits`, subject, score));
    }
  }
  return rows;
}

function scoreRows(of, subject, score, goals = {}) {
  const row = (metric, value, goal) => ({
    case: of,
    subject,
    node: null,
    metric,
    unit: '%',
    value: 100 * value,
    ...(goal !== undefined && { goal: 100 * goal, met: value >= goal }),
  });
  const rows = [
    row('precision, all', score.precision(), goals.precision),
    row('recall, all', score.recall(), goals.recall),
    row('F1, all', score.f1()),
  ];
  if (score.unchanged > 0)
    rows.push(row('precision, changed', score.precision(false)), row('recall, changed', score.recall(false)));
  if (score.unscored > 0) rows.push({ ...row('unscored', 0), unit: 'pairs', value: score.unscored });
  return rows;
}

/** Of matches said with a confidence in a band, how many are right: at least what the band begins with. */
function calibrationRows(of, subject, score) {
  return BANDS.flatMap((low, i) => {
    const [right, wrong] = score.bands[i];
    const many = right + wrong;
    if (many === 0) return [];
    return [
      {
        case: of,
        subject,
        node: null,
        metric: `right of those said at ${low} or more, below ${BANDS[i + 1] ?? 1}`,
        unit: '%',
        value: (100 * right) / many,
        runs: many,
        ...(subject === 'prodlens' && { goal: 100 * low, met: right / many >= low }),
      },
    ];
  });
}

function refactoringRows(note) {
  const rows = [];
  for (const { name, scores } of refactor()) {
    note(`refactoring: ${name}`);
    for (const [subject, score] of scores) {
      const goals = subject === 'prodlens' ? { precision: PRECISION, recall: 0.97 } : {};
      rows.push(...scoreRows(`refactoring: ${name}`, subject, score, goals));
    }
  }
  return rows;
}

function sourceMapRows(note) {
  const rows = [];
  for (const { compiler, subject, right, wrong, missed } of compiled()) {
    note(`source maps: ${compiler}`);
    const score = Object.assign(new Score(), { right, wrong, missed });
    rows.push(
      ...scoreRows(
        `source maps: ${compiler}`,
        subject,
        score,
        subject === 'prodlens' ? { precision: PRECISION, recall: 0.97 } : {},
      ),
    );
  }
  return rows;
}

/** "owner/name" of a URL, or the last telling part of a path. */
function nameOf(given) {
  const parts = given.split(/[/:]/).filter((part) => part !== '' && part !== '.git' && part !== 'repo');
  const name = parts
    .at(-1)
    .replace(/\.git$/, '')
    .replace('+', '/');
  return name.includes('/') || existsSync(given) ? name : `${parts.at(-2)}/${name}`;
}

/** A clone that was broken off is not taken for a whole one: it gets its name last. */
function cloned(url, name, note) {
  const folder = join(CACHE, `${name.replace('/', '+')}.git`);
  if (existsSync(folder)) return folder;
  note(`cloning ${url}`);
  const unfinished = `${folder}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  try {
    execFileSync('git', ['clone', '--quiet', '--bare', '--single-branch', '--no-tags', url, unfinished], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, GIT_TERMINAL_PROMPT: '0' },
    });
  } catch {
    throw new Failure(
      `${url} cannot be cloned. Where there is no network, name clones on this machine: npm run bench -- mapping --repo PATH [--repo PATH …]`,
    );
  }
  renameSync(unfinished, folder);
  return folder;
}
