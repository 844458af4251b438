// What the store for more than one machine takes in and how fast it answers: the collector's own code over ClickHouse's
// own back-end (chdb), in a process beside this one. A part of the fleet's minutes, through the journal and the fold as
// always; then the questions of the other cases.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { unpack } from 'msgpackr';
import { createQuery } from '../../collector/dist/query/query.js';
import { openClickHouseStore } from '../../collector/dist/store/clickhouse/clickhouse-store.js';
import { connect, parseSetting } from '../../collector/dist/store/clickhouse/connection.js';
import { noClickHouse, startClickHouse } from '../../collector/dist/testing/clickhouse-server.js';
import { median } from '../statistics.mjs';
import { FLEET, fileName, functions, functionsOf, hello, serviceName, windowFrame } from './fleet.mjs';
import { usage } from './usage.mjs';

const PART = { ...FLEET, services: 4 };
const MINUTES = 5;
const ASKED = 8;

/** One row that says why where ClickHouse is not installed. */
export async function clickHouseRows(note) {
  const name = 'ClickHouse (chdb)';
  const row = (subject, metric, unit, value, more = {}) => ({
    ...{ case: name, subject, metric, unit, node: process.versions.node, value, ...more },
  });
  if (noClickHouse) return [row('store', 'rows inserted', '1/s', null, { reason: noClickHouse })];
  note('ClickHouse');
  const folder = await mkdtemp(join(tmpdir(), 'prodlens-bench-'));
  const server = await startClickHouse(join(folder, 'clickhouse'));
  try {
    const setting = server.setting('bench');
    const store = await openClickHouseStore(join(folder, 'data'), setting, { settleMs: 0 });
    try {
      await report(store);
      const before = usage(server.pid());
      const start = performance.now();
      await store.flush();
      const seconds = (performance.now() - start) / 1_000;
      const cpu = usage(server.pid());
      const clickHouse = connect(parseSetting(setting));
      const [[rows, bytes]] = await clickHouse.rows(
        `SELECT sum(rows), sum(data_compressed_bytes) FROM system.parts
         WHERE database = 'bench' AND table = 'fn_1' AND active`,
      );
      await clickHouse.close();
      const answers = await ask(createQuery(store));
      return [
        row('store', 'minutes of functions inserted', '1/s', rows / seconds),
        ...(cpu === null
          ? []
          : [row('ClickHouse', 'the same', '1/CPU-s', (rows * 1_000) / (cpu.cpuMs - before.cpuMs))]),
        row('store', 'minute of a function, compressed', 'B', bytes / rows),
        ...answers.map(([what, ms]) => row(`${what}, 1h`, 'answered after', 'ms', ms)),
      ];
    } finally {
      await store.close();
    }
  } finally {
    await server.kill();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The last minutes of the part of the fleet, durable and not in ClickHouse yet. */
async function report(store) {
  const now = Date.now();
  for (let service = 0; service < PART.services; service++) {
    for (let instance = 0; instance < PART.instances; instance++) {
      const said = hello(service, instance);
      const { deploymentId } = await store.openInstance(said, now);
      const ids = await store.defineFunctions(deploymentId, functions(PART));
      const { rows, edges, facts, process } = unpack(windowFrame(PART, 1 + service * PART.instances + instance).frame);
      for (let minute = 1; minute <= MINUTES; minute++) {
        const endUnixMs = now - (MINUTES - minute) * 60_000;
        await store.commit([
          {
            ...{ instance: said.instance, deploymentId, sequence: minute, facts, process },
            ...{ startUnixMs: endUnixMs - PART.windowMs, endUnixMs, receivedUnixMs: endUnixMs },
            rows: rows.map(({ id, ...totals }) => ({ ...ids[id - 1], totals })),
            edges: edges.map(({ caller, callee, ...totals }) => ({
              ...{ callerId: ids[caller - 1].functionId, calleeId: ids[callee - 1].functionId, ...totals },
            })),
          },
        ]);
      }
    }
  }
}

/** [what, ms], each the median of several. */
async function ask(query) {
  const questions = {
    file: (i) => query.functions({ service: serviceName(0), files: [fileName(i)], windowSeconds: 3_600 }),
    workspace: () => query.functions({ service: serviceName(0), windowSeconds: 3_600 }, { limit: functionsOf(PART) }),
    'top 20': () => query.functions({ windowSeconds: 3_600 }, { limit: 20 }),
  };
  const answers = [];
  for (const [what, question] of Object.entries(questions)) {
    const took = [];
    for (let i = 0; i < ASKED; i++) {
      const start = performance.now();
      const { functions: found } = await question(i);
      if (found.length === 0) throw new Error(`ClickHouse knows nothing of ${what}`);
      took.push(performance.now() - start);
    }
    answers.push([what, median(took)]);
  }
  return answers;
}
