// What the collector takes in, how fast it answers meanwhile, what it costs and how much it keeps: a fleet of 200
// sensors sends 60,000 rows a second to the real program, while editors and people ask.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startCollector } from '../sensor/collector.mjs';
import { median, quantile } from '../statistics.mjs';
import { clickHouseRows } from './clickhouse.mjs';
import { FLEET } from './fleet.mjs';
import { goal } from './goal.mjs';
import { historyRows } from './history.mjs';
import { storedBytes } from './stored.mjs';
import { usage } from './usage.mjs';

export const HELP = `collector: 200 sensors of 3,000 functions send for --seconds (default 120) while questions are asked;
  then how fast a collector starts on seven days of data, and the same questions of ClickHouse where
  \`npm test\` has installed chdb.`;

const ROWS_PER_SECOND = (FLEET.services * FLEET.instances * FLEET.rows * 1_000) / FLEET.windowMs;
const SAMPLE_MS = 2_000;
const MB = 1e6;

export async function run({ note, options }) {
  const seconds = Number(options.seconds ?? 120);
  const rows = [];
  const add = (name, subject, metric, unit, value, more = {}) =>
    rows.push({ case: name, subject, metric, unit, node: process.versions.node, value, ...more });

  note(`${FLEET.services * FLEET.instances} sensors for ${seconds} s`);
  const load = await underLoad(seconds, note);
  const name = 'under load';
  const rate = (load.sensors.rows * 1_000) / load.sensors.elapsedMs;
  add(name, 'ingest', 'rows acknowledged', '1/s', rate, goal(rate, 0.99 * ROWS_PER_SECOND, true));
  const lags = load.sensors.lagsMs.sort((a, b) => a - b);
  add(name, 'ingest', 'acknowledged after, p50', 'ms', quantile(lags, 0.5));
  add(name, 'ingest', 'acknowledged after, p99', 'ms', quantile(lags, 0.99));
  add(name, 'ingest', 'windows waiting at the end', '', load.sensors.waitingAtEnd);
  if (load.cpu !== null) {
    add(name, 'collector', 'processor', 'cores', load.cpu, goal(load.cpu, 1));
    add(name, 'collector', 'memory, most', 'MB', load.mostBytes / MB);
    add(name, 'collector', 'memory, last third to second', 'ratio', load.growth, goal(load.growth, 1.1));
  }
  for (const [question, limit] of [
    ['nothing', null],
    ['file', 5],
    ['workspace', 50],
    ['top', null],
    ['search', null],
  ]) {
    const took = load.questions.took[question].sort((a, b) => a - b);
    const p99 = quantile(took, 0.99);
    add(name, question, 'answered after, p50', 'ms', quantile(took, 0.5));
    add(name, question, 'answered after, p99', 'ms', p99, limit === null ? {} : goal(p99, limit));
  }
  add(name, 'editor', 'files pushed', '1/s', load.questions.pushes / seconds);
  add(name, 'store', 'minute of a function, packed', 'B', load.bytesPerRow, goal(load.bytesPerRow, 70));
  for (const failure of [...load.sensors.failures, ...load.questions.failures]) note(`failed: ${failure}`);
  if (load.sensors.failures.length + load.questions.failures.length > 0) {
    const failures = load.sensors.failures.length + load.questions.failures.length;
    add(name, 'ingest', 'failures', '', failures, goal(failures, 0));
  }
  rows.push(...(await historyRows(note)), ...(await clickHouseRows(note)));
  return rows;
}

async function underLoad(seconds, note) {
  const collector = await startCollector();
  try {
    const sensors = start('load.mjs', collector.url, seconds);
    await sensors.message();
    note('named and reporting');
    const samples = [];
    const sample = () => {
      const used = usage(collector.pid);
      if (used !== null) samples.push({ ...used, atMs: performance.now() });
    };
    sample();
    const timer = setInterval(sample, SAMPLE_MS);
    const questions = start('questions.mjs', collector.url, seconds);
    const [sent, asked] = await Promise.all([sensors.message(), questions.message()]);
    clearInterval(timer);
    sample();
    await collector.end();
    return { sensors: sent, questions: asked, ...summary(samples), bytesPerRow: storedBytes(collector.data) };
  } finally {
    await collector.stop();
  }
}

function summary(samples) {
  if (samples.length < 2) return { cpu: null };
  const [first, last] = [samples[0], samples.at(-1)];
  const third = Math.floor(samples.length / 3);
  const rss = samples.map(({ rssBytes }) => rssBytes);
  return {
    cpu: (last.cpuMs - first.cpuMs) / (last.atMs - first.atMs),
    mostBytes: Math.max(...rss),
    growth: median(rss.slice(-third)) / median(rss.slice(third, 2 * third)),
  };
}

function start(program, ...args) {
  const child = fork(fileURLToPath(new URL(program, import.meta.url)), args.map(String));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code}`);
  });
  ended.catch(() => {});
  return { message: () => Promise.race([once(child, 'message').then(([message]) => message), ended]) };
}
