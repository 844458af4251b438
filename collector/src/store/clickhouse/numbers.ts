// What ClickHouse's tables hold, read and added up: one question for all deployments and all three tiers. Percentiles are
// not computed here, nor there: histograms come back whole, and the code that every engine shares reads them.

import type { StoredNumbers, StoredScalars } from '../answers.js';
import type { FileSums } from '../minute-fold.js';
import type { PackedEndpoints } from '../packed/endpoint-blob.js';
import { ScalarSums } from '../scalar-sums.js';
import { addCall } from '../sqlite/edges.js';
import { rowsOf } from '../sqlite/tiers.js';
import type { CallTotals, InstanceMinute, MinuteRange, ReportingSpan } from '../store.js';
import type { ClickHouse } from './connection.js';
import type { TierTable } from './schema.js';

const SCALARS = 'sum(calls), sum(errors), sum(sum_ns), max(max_ns), sum(self_ns), sum(cpu_ns)';
const HISTOGRAM = 'mapKeys(sumMap(h)), mapValues(sumMap(h))';
type Scalars = [calls: number, errors: number, sumNs: number, maxNs: number, selfNs: number, cpuNs: number];

/** `collector`: whose own rows of processes and of reporting are left out: it has them at hand, and newer. */
export function createClickHouseNumbers(clickHouse: ClickHouse, collector: string) {
  const { database } = clickHouse;
  /** The newest minute that is known to be there, of any collector. */
  let newestMinute = 0;

  /** Rows of a table within the range, whatever tier they are of. */
  function rowsWithin(table: TierTable, range: MinuteRange, deployments: number[], also = ''): string {
    const tiers = [...rowsOf(range, newestMinute)].filter(([, rows]) => rows.length > 0);
    const selects = tiers.map(
      ([tier, rows]) =>
        `SELECT * FROM ${database}.${table}_${tier}
         WHERE deployment IN (${deployments.join()}) AND t IN (${rows.join()}) ${also}`,
    );
    return `(${selects.join(' UNION ALL ')})`;
  }

  const isNothing = (range: MinuteRange, ids: number[]) => ids.length === 0 || range.toMinute < range.fromMinute;

  const stored: StoredNumbers = {
    async totals(range, ids, fileIds) {
      const found = new Map<number, FileSums>();
      if (isNothing(range, ids) || fileIds?.length === 0) return found;
      const also = fileIds === undefined ? '' : `AND file IN (${fileIds.join()})`;
      const rows = await clickHouse.rows<[number, number, number, ...Scalars, number[], number[]]>(
        `SELECT deployment, file, fn, ${SCALARS}, ${HISTOGRAM} FROM ${rowsWithin('fn', range, ids, also)}
         GROUP BY deployment, file, fn`,
      );
      for (const [deployment, file, fn, calls, errors, sumNs, maxNs, selfNs, cpuNs, keys, counts] of rows) {
        const functions = entry(
          entry(found, deployment, () => new Map()),
          file,
          () => new Map(),
        );
        functions.set(fn, { calls, errors, sumNs, maxNs, buckets: buckets(keys, counts), selfNs, cpuNs });
      }
      return found;
    },

    async scalars(range, ids) {
      const found = new Map<number, ScalarSums>();
      const answer: StoredScalars = { sums: found, isCounted: (_, { isWritten }) => isWritten };
      if (isNothing(range, ids)) return answer;
      const rows = await clickHouse.rows<[number, number, ...Scalars]>(
        `SELECT deployment, fn, ${SCALARS} FROM ${rowsWithin('fn', range, ids)} GROUP BY deployment, fn`,
      );
      for (const [deployment, fn, calls, errors, sumNs, maxNs, selfNs, cpuNs] of rows) {
        entry(found, deployment, () => new ScalarSums()).add(fn, calls, errors, sumNs, maxNs, selfNs, cpuNs);
      }
      return answer;
    },

    async calls(range, ids, functionIds) {
      const merged = new Map<string, CallTotals>();
      let leftOutCalls = 0;
      if (isNothing(range, ids)) return { merged, leftOutCalls };
      // 0 stands for the calls that found no room.
      const asked = [0, ...functionIds].join();
      const also = `AND (caller IN (${asked}) OR callee IN (${asked}))`;
      const rows = await clickHouse.rows<[number, number, number, number, number]>(
        `SELECT deployment, caller, callee, sum(calls), sum(sum_ns) FROM ${rowsWithin('edge', range, ids, also)}
         GROUP BY deployment, caller, callee`,
      );
      for (const [deploymentId, callerId, calleeId, calls, sumNs] of rows) {
        if (callerId === 0) leftOutCalls += calls;
        else addCall(merged, { deploymentId, callerId, calleeId, calls, sumNs });
      }
      return { merged, leftOutCalls };
    },

    async endpoints(range, ids) {
      const found = new Map<number, PackedEndpoints>();
      if (isNothing(range, ids)) return found;
      const [endpoints, functions] = await Promise.all([
        clickHouse.rows<[number, number, ...Scalars, number[], number[]]>(
          `SELECT deployment, endpoint, sum(calls), sum(errors), sum(sum_ns), max(max_ns), sum(database_ns),
             sum(outbound_ns), ${HISTOGRAM} FROM ${rowsWithin('endpoint', range, ids)} GROUP BY deployment, endpoint`,
        ),
        clickHouse.rows<[number, number, number, number, number, number, number]>(
          `SELECT deployment, endpoint, fn, sum(calls), sum(sum_ns), sum(self_ns), sum(busy_ns)
           FROM ${rowsWithin('endpoint_fn', range, ids)} GROUP BY deployment, endpoint, fn`,
        ),
      ]);
      for (const [deployment, id, calls, errors, sumNs, maxNs, databaseNs, outboundNs, keys, counts] of endpoints) {
        const totals = { calls, errors, sumNs, maxNs, databaseNs, outboundNs, buckets: buckets(keys, counts) };
        entry(found, deployment, () => new Map()).set(id, { totals, functions: new Map() });
      }
      for (const [deployment, id, fn, calls, sumNs, selfNs, busyNs] of functions) {
        found.get(deployment)?.get(id)?.functions.set(fn, { calls, sumNs, selfNs, busyNs });
      }
      return found;
    },
  };

  return {
    stored,

    minuteWritten(minute: number): void {
      newestMinute = Math.max(newestMinute, minute);
    },

    /** Learns how far others have come. */
    async lookForNewest(): Promise<void> {
      const [[newest] = [0]] = await clickHouse.rows<[number]>(`SELECT max(t) FROM ${database}.fn_1`);
      newestMinute = Math.max(newestMinute, newest);
    },

    /** Of an instance, as other collectors have heard it. */
    async instanceMinutes(instance: string, { fromMinute, toMinute }: MinuteRange): Promise<InstanceMinute[]> {
      const rows = await clickHouse.rows<number[]>(
        `SELECT t, sum(duration_ms) AS duration, sum(sensor_cpu_ms), sum(inline_cpu_ms), sum(cpu_ms), max(rss_bytes),
           max(heap_used_bytes), least(1.0, sum(event_loop_busy_ms) / greatest(1.0, duration)), max(delay_p50_ns),
           max(delay_p99_ns), max(delay_max_ns), sum(gc_count), sum(gc_ms)
         FROM ${database}.process FINAL
         WHERE instance = {instance:String} AND t BETWEEN ${fromMinute} AND ${toMinute}
           AND collector <> {collector:String}
         GROUP BY t ORDER BY t`,
        { instance, collector },
      );
      return rows.map((row) => {
        const [minute, durationMs, sensorCpuMs, inlineCpuMs, cpuMs, rssBytes, heapUsedBytes, busy] = row as Numbers<8>;
        const [delayP50, delayP99, delayMax, gcCount, gcMs] = row.slice(8) as Numbers<5>;
        return {
          ...{ minute, durationMs, sensorCpuMs, inlineCpuMs, cpuMs, rssBytes, heapUsedBytes },
          ...{ eventLoopUtilization: busy, eventLoopDelayP50Ns: delayP50, eventLoopDelayP99Ns: delayP99 },
          ...{ eventLoopDelayMaxNs: delayMax, gcCount, gcMs },
        };
      });
    },

    /** As other collectors have seen it: what follows without a gap of a second is one span. */
    async reporting({ fromMinute, toMinute }: MinuteRange, deploymentIds: number[]): Promise<ReportingSpan[]> {
      if (deploymentIds.length === 0) return [];
      const rows = await clickHouse.rows<Numbers<3>>(
        `SELECT deployment, min(from_ms), max(to_ms) FROM (
           SELECT *, sum(is_new) OVER (PARTITION BY deployment ORDER BY from_ms, to_ms) AS island FROM (
             SELECT deployment, from_ms, to_ms, from_ms > 1000 + max(to_ms) OVER (
               PARTITION BY deployment ORDER BY from_ms, to_ms ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS is_new
             FROM ${database}.reporting FINAL
             WHERE deployment IN (${deploymentIds.join()}) AND t BETWEEN ${fromMinute} AND ${toMinute}
               AND collector <> {collector:String}))
         GROUP BY deployment, island`,
        { collector },
      );
      return rows.map(([deploymentId, fromUnixMs, toUnixMs]) => ({ deploymentId, fromUnixMs, toUnixMs }));
    },
  };
}

type Numbers<N extends number, T extends number[] = []> = T['length'] extends N ? T : Numbers<N, [...T, number]>;

function entry<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** Ascending by index, as sumMap answers them. */
function buckets(indices: number[], counts: number[]): number[] {
  return indices.flatMap((index, i) => [index, counts[i]!]);
}
