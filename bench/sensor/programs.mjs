// Real programs that keep a processor busy, every function of them and their packages measured: processor time of
// their work, and of loading them, against the program as it is. Goal: under 1.10 by the default policy; what it costs
// to time every function stands beside it.

import { summary } from '../statistics.mjs';
import { prepareIstanbul } from './istanbul.mjs';
import { runProgram } from './process.mjs';
import { measuredRows, startRecorder } from './recorder.mjs';
import { failures, inTurns, on } from './rounds.mjs';
import { subjects } from './subjects.mjs';

const PROGRAMS = {
  'TypeScript checks RxJS': 'type-check.cjs',
  'Terser minifies RxJS': 'minify.mjs',
  'markdown-it renders': 'render-markdown.cjs',
  'Prettier formats': 'format-source.mjs',
};

const METRICS = [
  { key: 'workMs', metric: 'work', goal: 1.1 },
  { key: 'ownThreadMs', metric: "work, the program's thread" },
  { key: 'loadMs', metric: 'load' },
];

const LONGEST_RUN_MS = 120_000;

const NOT_HERE = {
  OpenTelemetry: 'wraps functions that are handed to it; nobody hands it every function of a program',
  'dd-trace': 'the same; its profiler stands here instead',
};
const ONLY_FULL = { AppMap: 'writes every call to a file and seldom ends in time; tried with --full' };

export async function programs({ nodes, rounds, peerRounds, full, note, isOver }) {
  const own = ['plain', 'prodlens', 'prodlens, all timed'];
  const peers = ['Istanbul', 'V8 coverage', 'V8 profiler', 'dd-trace profiler', ...(full ? ['AppMap'] : [])];
  const rows = [];
  const recorder = await startRecorder();
  for (const [at, [title, file]] of Object.entries(PROGRAMS).entries()) {
    const share = (at + 1) / Object.keys(PROGRAMS).length;
    const service = (node) => `${file} on ${node.version}`;
    await prepareIstanbul(nodes[0], file, (text) => note(`${title}, ${text}`));
    for (const subject of subjects('prodlens', 'prodlens, all timed')) {
      note(`${title}, once before: ${subject.name}`);
      await runProgram(nodes[0], subject, file, { deadlineMs: LONGEST_RUN_MS }).catch(() => {});
    }
    const pairs = await inTurns({
      nodes,
      subjects: subjects(...own, ...peers),
      rounds,
      peerRounds,
      note: (text) => note(`${title}, ${text}`),
      isOver: () => isOver(share),
      run: (node, subject) => {
        const settings = { PRODLENS_URL: recorder.url, PRODLENS_SERVICE: service(node) };
        return runProgram(node, subject, file, { settings, deadlineMs: LONGEST_RUN_MS });
      },
    });
    rows.push(...METRICS.flatMap((metric) => nodes.flatMap((node) => rowsOf(title, metric, pairs, node))));
    for (const node of nodes) {
      const base = { case: `programs: ${title}`, subject: 'prodlens', node: node.version };
      rows.push(...measuredRows(base, recorder.facts(service(node))));
    }
    rows.push(...failures(`programs: ${title}`, pairs));
  }
  recorder.stop();
  for (const [subject, reason] of Object.entries({ ...NOT_HERE, ...(full ? {} : ONLY_FULL) })) {
    rows.push({ case: 'programs', subject, node: null, metric: 'not measured', unit: '', value: null, reason });
  }
  return rows;
}

function rowsOf(title, { key, metric, goal }, pairs, node) {
  const measured = pairs.filter((pair) => pair.node === node && pair.results.length > 0);
  const plain = on(measured, node, 'plain');
  if (plain === undefined) return [];
  const timeOf = ({ results }) => summary(results.map((result) => result[key]));
  // JSON has no NaN: null is what a system does not account for.
  const plainMs = timeOf(plain)?.value;
  if (plainMs === undefined) return [];
  return measured.map((pair) => {
    const { name } = pair.subject;
    const row = { case: `programs: ${title}`, subject: name, node: node.version, metric, unit: 'ms of processor' };
    const time = timeOf(pair);
    if (name === 'plain') return { ...row, ...time };
    const ratio = time.value / plainMs;
    if (goal === undefined || name !== 'prodlens') return { ...row, ...time, ratio };
    return { ...row, ...time, ratio, goal, goalOf: 'ratio', met: ratio <= goal };
  });
}
