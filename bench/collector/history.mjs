// How fast a collector starts, and how fast it answers about a week and ninety days, on data of seven days: one service
// of 4,000 functions, 48 hours of minutes, and hours and days from then on. The numbers of one minute are made by a real
// collector; the others are copies of them, made inside the database.

import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, unpack } from 'msgpackr';
import { WebSocket } from 'ws';
import { startNode } from '../../scripts/programs.mjs';
import { ROOT } from '../../scripts/setup.mjs';
import { median } from '../statistics.mjs';
import { FLEET, fileName, functions, functionsOf, hello, serviceName, windowFrame } from './fleet.mjs';
import { goal } from './goal.mjs';
import { openSqlite } from './sqlite.mjs';

const ONE = { ...FLEET, services: 1, instances: 1, rows: functionsOf(FLEET) };
const COPIES = {
  m1: 48 * 60,
  m60: 7 * 24,
  m1440: 7,
  s1: 180,
  s60: 7 * 24,
  s1440: 7,
  reporting: 48 * 60,
  reporting60: 7 * 24,
};
const STARTS = 3;

export async function historyRows(note) {
  note('seven days of data');
  const data = await mkdtemp(join(tmpdir(), 'prodlens-bench-'));
  try {
    await oneMinute(data);
    copyBack(data);
    const starts = [];
    let answers;
    for (let i = 0; i < STARTS; i++) {
      const start = performance.now();
      const collector = await startProgram(data);
      starts.push(performance.now() - start);
      if (i === 0) answers = await ask(collector.ready);
      await collector.stop();
    }
    const bytes = (await stat(join(data, 'prodlens.db'))).size / (COPIES.m1 * functionsOf(ONE));
    const row = (subject, metric, unit, value, limit) => ({
      ...{ case: 'seven days of data', subject, metric, unit, node: process.versions.node, value },
      ...(limit === undefined ? {} : goal(value, limit)),
    });
    return [
      row('collector', 'started after', 'ms', median(starts), 2_000),
      row('store', 'all of the file, a minute of a function', 'B', bytes, 70),
      ...answers.map(([what, window, ms]) => row(`${what}, ${window}`, 'answered after', 'ms', ms)),
    ];
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

function startProgram(data) {
  const args = [join(ROOT, 'collector', 'dist', 'cli.js'), 'up', '--port', '0', '--data', data, '--json'];
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PRODLENS_')));
  return startNode('The collector', args, { env, ready: (line) => /"url":\s*"(http:[^"]+)"/.exec(line)?.[1] });
}

async function oneMinute(data) {
  const collector = await startProgram(data);
  const socket = new WebSocket(`${collector.ready.replace(/^http/, 'ws')}/v1/sensor`);
  const { frame, next } = windowFrame(ONE, 1);
  next();
  await new Promise((acknowledged, failed) => {
    socket.on('error', failed);
    socket.on('open', () => socket.send(pack(hello(0, 0))));
    socket.on('message', (message) => {
      const { type } = unpack(message);
      if (type === 'configure') {
        socket.send(pack({ type: 'functions', functions: functions(ONE) }));
        socket.send(frame);
      } else if (type === 'ack') acknowledged();
    });
  });
  socket.terminate();
  await collector.stop();
}

function copyBack(data) {
  const db = openSqlite(join(data, 'prodlens.db'));
  db.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
  for (const [table, rows] of Object.entries(COPIES)) {
    const columns = db
      .prepare(`SELECT name FROM pragma_table_info('${table}') WHERE name <> 't'`)
      .all()
      .map(({ name }) => name)
      .join();
    db.exec(
      `INSERT INTO ${table} (t, ${columns})
       WITH RECURSIVE ago (n) AS (SELECT ${rows - 1} UNION ALL SELECT n - 1 FROM ago WHERE n > 1)
       SELECT x.t - ago.n, ${columns} FROM ago CROSS JOIN (SELECT * FROM ${table}) x`,
    );
  }
  db.exec(
    'UPDATE deployment SET first_seen_ms = first_seen_ms - 604800000, current_since_ms = current_since_ms - 604800000',
  );
  db.close();
}

/** [what, window, ms], each the median of several; the first time is not counted. */
async function ask(url) {
  const service = serviceName(0);
  const answers = [];
  for (const window of ['1h', '24h', '7d', '90d']) {
    for (const [what, path] of [
      ['file', `&file=${encodeURIComponent(fileName(3))}`],
      ['workspace', '&limit=1000'],
      ['top 20', '&limit=20'],
    ]) {
      const took = [];
      for (let i = 0; i < 6; i++) {
        const start = performance.now();
        const response = await fetch(`${url}/api/v1/functions?service=${service}&window=${window}${path}`);
        await response.arrayBuffer();
        if (!response.ok) throw new Error(`${window} ${what}: ${response.status}`);
        if (i > 0) took.push(performance.now() - start);
      }
      answers.push([what, window, median(took)]);
    }
  }
  return answers;
}
