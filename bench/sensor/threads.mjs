// What the sensor takes of a processor besides the program's calls, against the same program as it is: of a program that
// does nothing, the whole process; of one that calls without a pause, all threads but the program's own.

import { existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { startCollector } from './collector.mjs';
import { startProgram } from './process.mjs';
import { subjects } from './subjects.mjs';

/** The coarse clock parks at the end of the second window without calls: 22 s after the start. */
const SETTLE_MS = { idle: 25_000, busy: 4_000 };
const DEADLINE_MS = 600_000;
const GOAL_MS_A_SECOND = 10;

export async function threads({ nodes, full, note }) {
  if (!existsSync('/proc/self/task')) {
    const reason = 'the time of single threads is read from Linux';
    return [{ case: 'threads', subject: 'prodlens', node: null, metric: 'processor', unit: '', value: null, reason }];
  }
  const seconds = full ? 60 : 10;
  const collector = await startCollector();
  try {
    const measure = (nodes, state) => measureThreads(nodes, state, seconds, collector.url);
    note(`idle, ${seconds} s after ${SETTLE_MS.idle / 1000} s`);
    const rows = await measure(nodes, 'idle');
    for (const node of nodes) {
      note(`busy on Node ${node.major}, ${seconds} s`);
      rows.push(...(await measure([node], 'busy')));
    }
    return rows;
  } finally {
    await collector.stop();
  }
}

/** On all nodes at the same time. */
async function measureThreads(nodes, state, seconds, url) {
  const args = state === 'busy' ? ['--busy'] : [];
  const running = nodes.flatMap((node) =>
    subjects('plain', 'prodlens').map((subject) => {
      const settings = { PRODLENS_URL: url, PRODLENS_SERVICE: `threads-${state}-${node.major}` };
      const program = startProgram(node, subject, 'pace.cjs', { args, settings, deadlineMs: DEADLINE_MS });
      return { node, subject, program };
    }),
  );
  await Promise.all(running.map(({ program }) => program.message()));
  await wait(SETTLE_MS[state]);
  const readings = async () => Promise.all(running.map(({ program }) => program.ask('usage')));
  const before = await readings();
  await wait(seconds * 1000);
  const after = await readings();
  await Promise.all(running.map(({ program }) => program.stop()));
  const usedMs = ({ ownMs, othersMs }) => othersMs + (state === 'idle' ? ownMs : 0);
  const used = running.map((one, i) => ({ ...one, ms: (usedMs(after[i]) - usedMs(before[i])) / seconds }));
  return nodes.flatMap((node) => {
    const ms = (name) => used.find((one) => one.node === node && one.subject.name === name).ms;
    const row = {
      case: `threads: ${state}`,
      node: node.version,
      metric: state === 'idle' ? 'process' : 'other threads',
      unit: 'ms a second',
    };
    const value = ms('prodlens') - ms('plain');
    return [
      { ...row, subject: 'plain', value: ms('plain') },
      {
        ...row,
        subject: 'prodlens',
        metric: `${row.metric}, more than plain`,
        value,
        goal: GOAL_MS_A_SECOND,
        met: value <= GOAL_MS_A_SECOND,
      },
    ];
  });
}
