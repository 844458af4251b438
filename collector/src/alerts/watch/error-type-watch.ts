// New types of errors, and types that are gone: snapshots say what is thrown and where, the store how many calls there
// were with and without it. A function that fails now and then in one way can begin to fail in another without its rate of
// errors saying so.

import { errorChange } from '../../analysis/detectors/errors.js';
import { BASELINE_MS } from '../../analysis/detectors/regression.js';
import {
  addSightings,
  mayBeGone,
  mayBeNew,
  type SeenType,
  type SeenTypes,
  typeGone,
} from '../../analysis/error-types.js';
import type { Finding } from '../../analysis/finding.js';
import { SNAPSHOT_RETENTION_MS } from '../../store/retention.js';
import type { KnownFunction, Store } from '../../store/store.js';
import type { Scope } from '../evidence/alert-facts.js';

/** Snapshots that are read of a service at once; of more, the newest. */
const READ = 20_000;
/** Snapshots may arrive so much later than they were taken. */
const LATE_MS = 5 * 60_000;
const DAY_MINUTES = 1_440;
const HOUR_MINUTES = 60;
/** What begins within this time after a deployment is held to be its. */
const DEPLOYMENT_MINUTES = 90;

interface Watching {
  seen: SeenTypes;
  readUnixMs: number;
  /** Of the snapshots that may be read again. */
  ids: Set<string>;
}

export function createErrorTypeWatch(store: Store) {
  const watched = new Map<string, Watching>();

  async function read({ service, environment }: Scope, nowMinute: number): Promise<SeenTypes> {
    const nowUnixMs = nowMinute * 60_000;
    const key = JSON.stringify([service, environment]);
    let one = watched.get(key);
    if (one === undefined || one.readUnixMs > nowUnixMs) {
      one = { seen: new Map(), readUnixMs: nowUnixMs - SNAPSHOT_RETENTION_MS, ids: new Set() };
      watched.set(key, one);
    }
    const sinceUnixMs = one.readUnixMs - LATE_MS;
    const found = await store.snapshots({ service, environment, sinceUnixMs }, READ);
    const { ids } = one;
    const fresh = found.filter(({ id }) => !ids.has(id)).reverse();
    addSightings(
      one.seen,
      fresh.flatMap(({ id, functionId, errorType, takenUnixMs, suppressed }) =>
        functionId === null || errorType === null
          ? []
          : [{ id, functionId, errorType, minute: Math.floor(takenUnixMs / 60_000), count: 1 + suppressed }],
      ),
    );
    one.ids = new Set(found.filter((f) => f.takenUnixMs >= nowUnixMs - LATE_MS).map(({ id }) => id));
    one.readUnixMs = nowUnixMs;
    return one.seen;
  }

  async function knownOf(scope: Scope, { functionId: identity }: SeenType): Promise<KnownFunction | undefined> {
    const ids = scope.deployments.map(({ id }) => id);
    return (await store.knownFunctions(ids, { identity })).find((k) => k.environment === scope.environment);
  }

  /** In minutes [from, to). */
  async function callsOf(scope: Scope, known: KnownFunction, from: number, to: number): Promise<number> {
    if (to <= from) return 0;
    const ids = scope.deployments.map(({ id }) => id);
    const rows = await store.totals({ fromMinute: from, toMinute: to - 1 }, ids, [known.fileId]);
    return rows.reduce((sum, r) => sum + (r.functionId === known.functionId ? r.totals.calls : 0), 0);
  }

  async function newType(scope: Scope, one: SeenType, nowMinute: number): Promise<Finding | null> {
    const current = scope.deployments.at(-1)!;
    const startedMinute = Math.floor(current.currentSinceUnixMs / 60_000);
    const isOfDeployment =
      scope.deployments.length > 1 &&
      one.firstMinute >= startedMinute &&
      one.firstMinute <= startedMinute + DEPLOYMENT_MINUTES;
    const firstSeenUnixMs = Math.min(...scope.deployments.map((d) => d.firstSeenUnixMs));
    // A young service has not shown what it throws.
    if (!isOfDeployment && one.firstMinute * 60_000 - firstSeenUnixMs < BASELINE_MS) return null;
    const known = await knownOf(scope, one);
    if (known === undefined) return null;
    const from = isOfDeployment ? Math.min(startedMinute, one.firstMinute) : one.firstMinute;
    const before = await callsOf(scope, known, from - DAY_MINUTES, from);
    const after = await callsOf(scope, known, from, nowMinute);
    const history = { calls: Float64Array.of(before), errors: new Float64Array(1), length: 1 };
    const change = errorChange(history, { calls: after, errors: one.count, minutes: one.minutes });
    if (change === null) return null;
    return {
      subject: 'error-type',
      kind: 'new-error',
      functionId: known.functionId,
      errorType: one.errorType,
      sinceMinute: isOfDeployment ? startedMinute : one.firstMinute,
      isOfDeployment,
      measure: 'errorRate',
      before: 0,
      after: change.after,
      beforeMinutes: [from - DAY_MINUTES, from],
      afterMinutes: [from, nowMinute],
      change: null,
      detector: 'new type of error',
      detail: 'not among the errors that were captured in the 14 days before',
      closesAt: 0,
    };
  }

  async function goneType(scope: Scope, one: SeenType): Promise<Finding | null> {
    const known = await knownOf(scope, one);
    if (known === undefined) return null;
    const from = 5 * Math.min(...one.blocks.keys());
    const split = 5 * (Math.floor(one.lastMinute / 5) + 1);
    const to = split + 180;
    const calls = { before: await callsOf(scope, known, from, split), quiet: await callsOf(scope, known, split, to) };
    const gone = typeGone(one, calls);
    if (gone === null) return null;
    const current = scope.deployments.at(-1)!;
    const startedMinute = Math.floor(current.currentSinceUnixMs / 60_000);
    const isOfDeployment = scope.deployments.length > 1 && Math.abs(startedMinute - split) <= 30;
    return {
      subject: 'error-gone',
      kind: 'error-gone',
      functionId: known.functionId,
      errorType: one.errorType,
      sinceMinute: isOfDeployment ? startedMinute : split,
      isOfDeployment,
      measure: 'errorRate',
      before: gone.before,
      after: 0,
      beforeMinutes: [from, split],
      afterMinutes: [split, to],
      change: null,
      detector: 'type of error gone',
      detail: '3 h without one, as captured',
      closesAt: 0,
    };
  }

  return {
    /** What is new and what is gone up to the minute, exclusive. */
    async findings(scope: Scope, nowMinute: number): Promise<Finding[]> {
      const found: Finding[] = [];
      for (const one of [...(await read(scope, nowMinute)).values()]) {
        const finding = mayBeNew(one, nowMinute)
          ? await newType(scope, one, nowMinute)
          : mayBeGone(one, nowMinute)
            ? await goneType(scope, one)
            : null;
        if (finding !== null) found.push(finding);
      }
      return found;
    },

    /** Whether it has not been seen for an hour in which the function was called, or for a day. */
    async isOver(scope: Scope, functionId: string, errorType: string, nowMinute: number): Promise<boolean> {
      const one = (await read(scope, nowMinute)).get(JSON.stringify([functionId, errorType]));
      if (one === undefined || one.lastMinute <= nowMinute - DAY_MINUTES) return true;
      if (one.lastMinute > nowMinute - HOUR_MINUTES) return false;
      const known = await knownOf(scope, one);
      return known !== undefined && (await callsOf(scope, known, nowMinute - HOUR_MINUTES, nowMinute)) >= 10;
    },
  };
}
