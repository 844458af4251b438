// The embedded engine behind the Store interface. What it is asked about numbers it answers from the tables and from
// what is still on its way there (intake.ts); names, rules and tokens are read and written at once.

import { createAskedThread } from '../../asked-thread.js';
import { createAnswers } from '../answers.js';
import { flushMinutes, type NotWritten } from '../flush-minutes.js';
import type { CallTotals, MinuteRange, Store } from '../store.js';
import { createEdges } from './edges.js';
import { createEndpoints } from './endpoints.js';
import { createIntake, INTAKE_LIMITS, type Intake, type IntakeLimits } from './intake.js';
import { createMinutes } from './minutes.js';
import type { WindowHead } from './records/instances.js';
import { openRecords } from './records/records.js';
import { vacuum } from './sweep-rows.js';
import type { TableRequest } from './table-thread.js';
import { createFoldWriter } from './write-fold.js';

/** A store that keeps a journal. */
export interface JournalStore extends Store {
  /** Brings what is in the journal to the tables now, and not within a minute. */
  flush(): Promise<void>;
}

/**
 * Opens the store of a data folder. The journal is opened when numbers are first asked for or committed: a program that
 * only makes a token leaves it to the collector. Throws PRODLENS_ERR_DATA_FOLDER or PRODLENS_ERR_DATA_NEWER.
 */
export function openSqliteStore(
  dataDir: string,
  limits: IntakeLimits = INTAKE_LIMITS,
  notWritten?: NotWritten,
): JournalStore {
  const records = openRecords(dataDir);
  const { numbers, instances, reporting } = records;
  const minutes = createMinutes(numbers);
  const edges = createEdges(numbers);
  const endpoints = createEndpoints(numbers);
  const script = new URL('./table-thread.js', import.meta.url);
  const tables = createAskedThread<TableRequest, void>(script, 'prodlens-tables', dataDir);
  const writer = createFoldWriter(numbers, tables, { minutes, edges, endpoints });
  let opened: Intake | null = null;
  let stopFlushing = () => {};

  function intake(): Intake {
    if (opened === null) {
      const noteElsewhere = (windows: WindowHead[]) => tables.ask({ type: 'note', windows });
      opened = createIntake(numbers, dataDir, { instances, reporting, writer, limits, noteElsewhere });
      stopFlushing = flushMinutes(opened, notWritten);
    }
    return opened;
  }

  async function ofEach<T>(ids: number[], read: (id: number) => T | Promise<T>): Promise<Map<number, T>> {
    const found = new Map<number, T>();
    for (const id of ids) found.set(id, await read(id));
    return found;
  }

  const answers = createAnswers(
    {
      totals: (range, ids, fileIds) => ofEach(ids, (id) => minutes.totals(range, id, fileIds)),
      scalars: minutes.scalars,
      calls: async (range, ids, functionIds) => storedCalls(range, ids, functionIds),
      endpoints: (range, ids) => ofEach(ids, (id) => endpoints.totals(range, id)),
    },
    intake,
    { isApart: true },
  );

  function storedCalls(range: MinuteRange, deploymentIds: number[], functionIds: Set<number>) {
    const merged = new Map<string, CallTotals>();
    let leftOutCalls = 0;
    for (const id of deploymentIds) leftOutCalls += edges.calls(range, id, functionIds, merged);
    return { merged, leftOutCalls };
  }

  return {
    ...records.store,
    ...answers,
    commit: async (windows) => intake().commit(windows),
    reporting: async (range, deploymentIds) => reporting.spans(range, deploymentIds),
    instanceMinutes: async (instance, range) => instances.minutes(instance, range),

    flush: () => intake().flush(),
    async sweep(now) {
      await minutes.sweep(now);
      await edges.sweep(now);
      await endpoints.sweep(now);
      records.sweep(now);
      await vacuum(numbers);
    },
    async check() {
      records.check();
      intake().check();
    },
    async close() {
      stopFlushing();
      // Where the disk is full the journal keeps what could not be written.
      await opened?.flush().catch(() => {});
      await opened?.close();
      await tables.close();
      records.close();
    },
  };
}
