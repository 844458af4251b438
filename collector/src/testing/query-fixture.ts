// A query over a real store on disk, with a clock that can be turned, and instances that report what a test says.

import type { TestContext } from 'node:test';
import type { ProcessWindow, SensorFacts, SensorFunction, SensorHello } from '@prodlens/protocol';
import { createQuery } from '../query/query.js';
import { openSqliteStore } from '../store/sqlite/sqlite-store.js';
import { FACTS, fakeFunction, fakeHello, fakeRow, PROCESS } from './fake-sensor.js';
import { temporaryFolder } from './test-collector.js';

export const MS = 1_000_000;
export const NOW_MS = 29_000_000 * 60_000 + 42_000;

interface Reported {
  agoMs?: number;
  lengthMs?: number;
  errors?: number;
  selfNs?: number;
  cpuNs?: number;
  facts?: Partial<SensorFacts>;
  process?: Partial<ProcessWindow>;
  edges?: Array<[caller: number, callee: number, calls: number, sumNs: number]>;
}

/** A store, a clock that can be turned, and instances that report what the test says they did. */
export function queryFixture(t: TestContext) {
  const store = openSqliteStore(temporaryFolder(t));
  t.after(() => store.close());
  let nowMs = NOW_MS;
  const query = createQuery(store, () => nowMs);

  async function instance(hello: Partial<SensorHello>, functions: SensorFunction[] = [fakeFunction(1)]) {
    const named = fakeHello({ instance: JSON.stringify(hello), ...hello });
    const { deploymentId } = await store.openInstance(named, nowMs);
    const ids = await store.defineFunctions(deploymentId, functions);
    let sequence = 0;
    return {
      /** Durations by index of the function, of a window that ended `agoMs` ago; calls by indices of caller and callee. */
      report: (
        durations: number[][],
        {
          agoMs = 0,
          lengthMs = 10_000,
          errors = 0,
          selfNs = 0,
          cpuNs = 0,
          facts = {},
          process = {},
          edges = [],
        }: Reported = {},
      ) =>
        store.commit([
          {
            instance: named.instance,
            deploymentId,
            sequence: ++sequence,
            startUnixMs: nowMs - agoMs - lengthMs,
            endUnixMs: nowMs - agoMs,
            receivedUnixMs: nowMs,
            facts: { ...FACTS, ...facts },
            process: { ...PROCESS, ...process },
            endpoints: [],
            endpointFunctions: [],
            edges: edges.map(([caller, callee, calls, sumNs]) => ({
              callerId: ids[caller]!.functionId,
              calleeId: ids[callee]!.functionId,
              calls,
              sumNs,
            })),
            rows: durations.map((durationsNs, i) => {
              const { id: _, ...totals } = fakeRow(1, durationsNs, errors);
              return { ...ids[i]!, totals: { ...totals, selfNs, cpuNs } };
            }),
          },
        ]),
    };
  }
  const turn = (ms: number) => {
    nowMs += ms;
  };
  return { query, store, instance, turn };
}
