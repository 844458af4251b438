// The engine for more than one machine, behind the same Store interface: windows go to the journal of the collector's own
// folder and are merged in memory, as in the embedded engine; once a minute they go to ClickHouse. What is small (names,
// tokens, rules, maps, snapshots) is in a database of one's own that follows those of the other collectors.
//
// While ClickHouse is away windows are taken in as before, up to the bound of the journal and of the memory
// (IntakeLimits); then sensors are made to wait, and merge. Questions about numbers fail with PRODLENS_ERR_STORE_AWAY.

import { join } from 'node:path';
import { createAnswers } from '../answers.js';
import { flushMinutes, type NotWritten } from '../flush-minutes.js';
import { hashedId } from '../function-identity.js';
import { HOURS_RETENTION_HOURS, MINUTES_RETENTION_MINUTES } from '../retention.js';
import { createIntake, INTAKE_LIMITS, type IntakeLimits } from '../sqlite/intake.js';
import { openRecords } from '../sqlite/records/records.js';
import type { JournalStore } from '../sqlite/sqlite-store.js';
import type { InstanceMinute } from '../store.js';
import { type ClickHouse, connect, parseSetting } from './connection.js';
import { createClickHouseNumbers } from './numbers.js';
import { openReplica } from './replica.js';
import { prepareTables } from './schema.js';
import { dropOldPartitions } from './sweep-partitions.js';
import { createClickHouseWriter, SETTLE_MS } from './write-fold.js';

/** How soon a collector knows what another was told: tokens, names, rules. */
const SYNC_MS = 5_000;

export interface ClickHouseOptions {
  limits?: IntakeLimits;
  settleMs?: number;
  notWritten?: NotWritten | undefined;
}

/** The folder within the data folder. */
export const LOCAL_FOLDER = 'clickhouse';

/**
 * Opens the store; what an earlier run has left in the journal is in ClickHouse when it resolves. Rejects with
 * PRODLENS_ERR_STORE_AWAY, PRODLENS_ERR_STORE_SETTING or PRODLENS_ERR_DATA_….
 */
export async function openClickHouseStore(
  dataDir: string,
  setting: string,
  options: ClickHouseOptions = {},
): Promise<JournalStore> {
  const clickHouse = connect(parseSetting(setting));
  try {
    await prepareTables(clickHouse);
    return await open(clickHouse, join(dataDir, LOCAL_FOLDER), options);
  } catch (error) {
    await clickHouse.close();
    throw error;
  }
}

async function open(clickHouse: ClickHouse, folder: string, options: ClickHouseOptions) {
  const { limits = INTAKE_LIMITS, settleMs = SETTLE_MS, notWritten } = options;
  const records = openRecords(folder, hashedId);
  const { numbers: db, instances, reporting } = records;
  const replica = openReplica(records.db, clickHouse, () => records.namesChanged());
  const { collector } = replica;
  const numbers = createClickHouseNumbers(clickHouse, collector);
  const writer = createClickHouseWriter(db, clickHouse, {
    ...{ collector, settleMs },
    minuteWritten: numbers.minuteWritten,
  });
  const intake = createIntake(db, folder, { instances, reporting, writer, limits });
  try {
    await intake.flush();
    await replica.sync();
    await numbers.lookForNewest();
  } catch (error) {
    await intake.close();
    records.close();
    throw error;
  }
  const stopFlushing = flushMinutes(intake, notWritten);
  const sync = () =>
    replica.sync().then(numbers.lookForNewest, () => {
      // Sent and taken again in a few seconds.
    });
  const syncTimer = setInterval(() => void sync().catch(() => {}), SYNC_MS).unref();
  let closed: Promise<void> | null = null;

  async function close(): Promise<void> {
    clearInterval(syncTimer);
    stopFlushing();
    // Where ClickHouse is away the journal and the table of what is unsent keep it.
    await intake.flush().catch(() => {});
    await replica.sync().catch(() => {});
    await replica.settled();
    await intake.close();
    records.close();
    await clickHouse.close();
  }

  const store: JournalStore = {
    ...records.store,
    ...createAnswers(numbers.stored, () => intake, { isApart: false }),

    async openInstance(hello, now, tokenId) {
      // What another collector has committed of this instance is not to be sent again.
      await sync().catch(() => {});
      return records.store.openInstance(hello, now, tokenId);
    },
    commit: (windows) => intake.commit(windows),
    async reporting(range, ids) {
      return [...reporting.spans(range, ids), ...(await numbers.reporting(range, ids))];
    },
    async instanceMinutes(instance, range) {
      return merged([...instances.minutes(instance, range), ...(await numbers.instanceMinutes(instance, range))]);
    },

    flush: async () => {
      await intake.flush();
      await replica.sync();
    },
    async sweep(now) {
      const minute = Math.floor(now / 60_000);
      const oldest = { minutes: minute - MINUTES_RETENTION_MINUTES, hours: minute - 60 * HOURS_RETENTION_HOURS };
      await dropOldPartitions(clickHouse, oldest);
      records.sweep(now);
    },
    async check() {
      records.check();
      intake.check();
      await clickHouse.rows('SELECT 1');
    },
    close() {
      closed ??= close();
      return closed;
    },
  };
  return store;
}

/** Those of the same minute as one, ascending. */
function merged(minutes: InstanceMinute[]): InstanceMinute[] {
  const byMinute = new Map<number, InstanceMinute>();
  for (const m of minutes) {
    const before = byMinute.get(m.minute);
    byMinute.set(m.minute, before === undefined ? m : together(before, m));
  }
  return [...byMinute.values()].sort((a, b) => a.minute - b.minute);
}

function together(a: InstanceMinute, b: InstanceMinute): InstanceMinute {
  const durationMs = a.durationMs + b.durationMs;
  const busyMs = a.durationMs * a.eventLoopUtilization + b.durationMs * b.eventLoopUtilization;
  return {
    minute: a.minute,
    durationMs,
    sensorCpuMs: a.sensorCpuMs + b.sensorCpuMs,
    inlineCpuMs: a.inlineCpuMs + b.inlineCpuMs,
    cpuMs: a.cpuMs + b.cpuMs,
    rssBytes: Math.max(a.rssBytes, b.rssBytes),
    heapUsedBytes: Math.max(a.heapUsedBytes, b.heapUsedBytes),
    eventLoopUtilization: busyMs / Math.max(1, durationMs),
    eventLoopDelayP50Ns: Math.max(a.eventLoopDelayP50Ns, b.eventLoopDelayP50Ns),
    eventLoopDelayP99Ns: Math.max(a.eventLoopDelayP99Ns, b.eventLoopDelayP99Ns),
    eventLoopDelayMaxNs: Math.max(a.eventLoopDelayMaxNs, b.eventLoopDelayMaxNs),
    gcCount: a.gcCount + b.gcCount,
    gcMs: a.gcMs + b.gcMs,
  };
}
