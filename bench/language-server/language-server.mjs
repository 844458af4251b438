// How fast the language server answers, what it holds and what it costs: the bundled program over its standard streams,
// a real collector with numbers of 100,000 functions, files of 100, 1,000 and 20,000 lines.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startCollector } from '../sensor/collector.mjs';
import { median, quantile } from '../statistics.mjs';
import { startEditor } from './editor.mjs';
import { makeWorkspace, report, SIZES } from './workspace.mjs';

export const HELP = `language-server: answers, memory and cost of the language server.
  --rounds N   starts of the server for each kind of start (default 7)
`;

const GOALS = {
  lens: { 1000: 20, 20000: 100 },
  hoverMs: 5,
  coldMs: 700,
  residentMegabytes: 150,
  blockMs: 50,
  idleCpuMsPerMinute: 60,
};
const REQUESTS = 200;
const IDLE_MS = 20_000;
const SETTLE_MS = 5_000;
/** Longer than the server keeps its parser for the next edit. */
const REST_MS = 70_000;
const NODE = process.versions.node.split('.')[0];

export async function run({ note, options }) {
  const rounds = Number(options.rounds ?? 7);
  const folder = await mkdtemp(join(tmpdir(), 'prodlens-bench-workspace-'));
  const collector = await startCollector();
  try {
    note('making the workspace, reporting 100,000 functions');
    const { opened, functions } = await makeWorkspace(folder);
    const sensor = await report(collector.url, folder, functions);
    const files = opened.map(({ lines, file, text }) => ({ lines, text, uri: pathToFileURL(join(folder, file)).href }));
    const bench = { url: collector.url, folder, files, note };
    const rows = [...(await starts(bench, rounds)), ...(await answers(bench))];
    sensor.close();
    return rows;
  } finally {
    await collector.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** From the start of the program to the first lens with a number in a file of 1,000 lines. */
async function starts({ url, folder, files, note }, rounds) {
  const file = files.find(({ lines }) => lines === 1_000);
  const measure = async (cache) => {
    const startedMs = performance.now();
    const editor = await startEditor({ url, cache, folder });
    editor.open(file.uri, file.text);
    await editor.numbers(file.uri);
    const tookMs = performance.now() - startedMs;
    await editor.end();
    return tookMs;
  };
  const rows = [];
  const known = join(folder, '.cache-known');
  await measure(known);
  for (const [subject, cacheOf] of [
    ['nothing known', (round) => join(folder, `.cache-${round}`)],
    ['last numbers on disk', () => known],
  ]) {
    const times = [];
    for (let round = 0; round < rounds; round++) {
      note(`start, ${subject}: ${round + 1} of ${rounds}`);
      times.push(await measure(cacheOf(round)));
    }
    rows.push(goal(row('start to first lens', subject, 'median', 'ms', median(times)), GOALS.coldMs));
  }
  return rows;
}

/** Everything asked of one running server. */
async function answers({ url, folder, files, note }) {
  const editor = await startEditor({ url, cache: join(folder, '.cache-answers'), folder });
  await editor.watchLoop();
  const rows = [];
  for (const lines of SIZES) {
    const size = `${lines.toLocaleString('en-US')} lines`;
    const ofSize = files.filter((file) => file.lines === lines);
    note(`${size}: open`);
    const opened = [];
    for (const { uri, text } of ofSize) {
      const startedMs = performance.now();
      editor.open(uri, text);
      await editor.numbers(uri);
      opened.push(performance.now() - startedMs);
    }
    rows.push(row(size, 'open to first lens', 'median', 'ms', median(opened)));
    const { uri, text } = ofSize[0];
    const lenses = await editor.lenses(uri);
    note(`${size}: ${lenses.length} lenses`);
    rows.push(...percentiles(size, 'codeLens', await times(REQUESTS, () => editor.lenses(uri)), GOALS.lens[lines]));
    const at = (index) => lenses[(index * 7919) % lenses.length].range.start;
    rows.push(
      ...percentiles(size, 'hover', await times(REQUESTS, (index) => editor.hover(uri, at(index))), GOALS.hoverMs),
    );
    // A line typed at the top, then taken away: the lenses are asked for at once, as an editor does.
    let version = 1;
    const edit = async (index) => {
      const start = { line: 0, character: 0 };
      const [end, typed] = index % 2 === 0 ? [start, '// typed\n'] : [{ line: 1, character: 0 }, ''];
      editor.change(uri, ++version, { range: { start, end }, text: typed });
      const after = await editor.lenses(uri);
      const expected = lenses[0].range.start.line + (index % 2 === 0 ? 1 : 0);
      if (after.length !== lenses.length || after[0].range.start.line !== expected) {
        throw new Error(
          `after edit ${index} of ${text.length} characters there are ${after.length} lenses, the first on ${after[0]?.range.start.line}`,
        );
      }
    };
    rows.push(...percentiles(size, 'edit to lenses', await times(REQUESTS / 2, edit), GOALS.lens[lines]));
  }
  const longestBlockMs = await editor.longestBlockMs();
  note('idle');
  // What came last is still put on the disk.
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const busyMs = editor.cpuMs();
  await new Promise((resolve) => setTimeout(resolve, IDLE_MS));
  const idleMsPerMinute = ((editor.cpuMs() - busyMs) * 60_000) / IDLE_MS;
  const all = `${files.length} files open`;
  rows.push(goal(row('cost', all, 'processor time when idle', 'ms/min', idleMsPerMinute), GOALS.idleCpuMsPerMinute));
  rows.push(goal(row('cost', all, 'longest block of the main loop', 'ms', longestBlockMs), GOALS.blockMs));
  rows.push(row('cost', all, 'resident memory', 'MB', editor.residentMegabytes()));
  await editor.end();
  rows.push(await memory({ url, folder, files, note }));
  return rows;
}

/** With the files of usual sizes open, a while after the last one was. */
async function memory({ url, folder, files, note }) {
  const editor = await startEditor({ url, cache: join(folder, '.cache-memory'), folder });
  const usual = files.filter(({ lines }) => lines <= 1_000);
  for (const { uri, text } of usual) {
    editor.open(uri, text);
    await editor.numbers(uri);
  }
  note('memory');
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const megabytes = editor.residentMegabytes();
  await editor.end();
  return goal(row('cost', `${usual.length} files open`, 'resident memory', 'MB', megabytes), GOALS.residentMegabytes);
}

async function times(count, ask) {
  const taken = [];
  for (let index = 0; index < count; index++) {
    const startedMs = performance.now();
    await ask(index);
    taken.push(performance.now() - startedMs);
  }
  return taken.sort((a, b) => a - b);
}

function percentiles(size, subject, sorted, goalMs) {
  const p99 = row(size, subject, 'p99', 'ms', quantile(sorted, 0.99));
  return [row(size, subject, 'p50', 'ms', quantile(sorted, 0.5)), goalMs === undefined ? p99 : goal(p99, goalMs)];
}

function row(case_, subject, metric, unit, value) {
  return { case: case_, subject, metric, unit, node: NODE, value };
}

function goal(measured, value) {
  return { ...measured, goal: value, met: measured.value <= value };
}
