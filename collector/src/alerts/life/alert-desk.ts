// What people and programs ask about alerts and do with them: the one list that the API, editors, lenses and messages
// read, so that they agree. Sizes and ranks of groups are counted when it is asked.

import type { Alert, Regression } from '@prodlens/protocol';
import { ProdlensError, quoted } from '../../errors.js';
import { groupBy } from '../../query/group-by.js';
import type { AlertBook, KeptAlert } from './alert-book.js';
import { type PersonalAct, whenTold } from './alert-life.js';
import { placesOf, withReached } from './one-cause.js';

export interface AlertFilter {
  service?: string;
  environment?: string;
  state?: Alert['state'];
  /** Of the function; also those that reach it. */
  file?: string;
  functionId?: string;
  /** Whether those that another one tells of are there for themselves; false by default. */
  parts?: boolean;
}

export function createAlertDesk(book: AlertBook, now: () => number, changed: () => void) {
  /** Open ones first, of those what costs most first; closed ones by when they were closed. */
  function list(filter: AlertFilter = {}): Alert[] {
    const groups = groupBy(
      book.all().filter(({ alert, partOf }) => alert.state !== 'closed' && partOf === undefined),
      ({ alert }) => alert.group.id,
    );
    const ranked = new Map<string, number>();
    for (const members of groups.values()) {
      members.sort(byCost).forEach(({ alert }, i) => {
        ranked.set(alert.id, i + 1);
      });
    }
    const parts = groupBy(
      book.all().filter(({ partOf }) => partOf !== undefined),
      ({ partOf }) => partOf!,
    );
    return book
      .all()
      .filter(({ partOf }) => filter.parts === true || partOf === undefined)
      .map((kept) => ({ ...kept, alert: shown(kept, parts.get(kept.alert.id) ?? []) }))
      .filter(({ alert }) => isAsked(alert, filter))
      .sort((a, b) => Number(a.alert.state === 'closed') - Number(b.alert.state === 'closed') || byCost(a, b))
      .map(({ alert }) => {
        const size = groups.get(alert.group.id)?.length ?? 0;
        return { ...alert, group: { ...alert.group, size, rank: ranked.get(alert.id) ?? 0 } };
      });
  }

  function kept(id: string): KeptAlert {
    const found = book.get(id);
    if (found === undefined) throw new ProdlensError('PRODLENS_ERR_ALERT_UNKNOWN', `No alert has the id ${quoted(id)}`);
    return found;
  }

  return {
    list,
    /** Of those that are not closed, by state. */
    counts(): Record<Exclude<Alert['state'], 'closed'>, number> {
      const counts = { open: 0, muted: 0, expected: 0 };
      for (const { alert, partOf } of book.all())
        if (alert.state !== 'closed' && partOf === undefined) counts[alert.state]++;
      return counts;
    },
    /** Throws PRODLENS_ERR_ALERT_UNKNOWN. */
    get(id: string): Alert {
      const { alert } = kept(id);
      return list({ service: alert.service, parts: true }).find((one) => one.id === id) ?? alert;
    },
    /** Durable when it returns. Throws PRODLENS_ERR_ALERT_UNKNOWN. */
    act(id: string, act: PersonalAct, by: string): Alert {
      const before = kept(id);
      book.put([{ ...before, alert: whenTold(before.alert, act, by, now()) }]);
      changed();
      return this.get(id);
    },
    /** What the lens of a function says: of its open alert about time, begun with the version. */
    regressionOf(functionId: string, environment: string, version: string): Regression | null {
      const found = book
        .all()
        .find(
          ({ subject, alert: a }) =>
            subject === 'latency' &&
            a.state !== 'closed' &&
            a.environment === environment &&
            a.deployment?.version === version &&
            a.place?.type === 'function' &&
            a.place.functionId === functionId,
        );
      return found === undefined ? null : regression(found.alert);
    },
  };
}

export type AlertDesk = ReturnType<typeof createAlertDesk>;

function regression({ deployment, evidence }: Alert): Regression | null {
  const { before, after, change } = evidence;
  if (deployment === null) return null;
  return {
    version: deployment.version,
    previousVersion: deployment.previousVersion,
    slowdown: (change?.ratio ?? after.value / before.value) - 1,
    beforeP50Ns: before.value,
    afterP50Ns: after.value,
    beforeP95Ns: before.p95Ns ?? before.value,
    afterP95Ns: after.p95Ns ?? after.value,
    beforeCalls: before.calls,
    afterCalls: after.calls,
  };
}

function shown({ alert, partOf }: KeptAlert, parts: KeptAlert[]): Alert {
  return partOf === undefined ? withReached(alert, parts) : { ...alert, partOf };
}

function isAsked(alert: Alert, { service, environment, state, file, functionId }: AlertFilter): boolean {
  return (
    (service ?? alert.service) === alert.service &&
    (environment ?? alert.environment) === alert.environment &&
    (state ?? alert.state) === alert.state &&
    placesOf(alert).some((place) => {
      const of = place?.type === 'function' ? place : null;
      return (file === undefined || of?.file === file) && (functionId === undefined || of?.functionId === functionId);
    })
  );
}

const SEVERITY = { critical: 0, warning: 1, info: 2 } as const;

function byCost({ alert: a }: Pick<KeptAlert, 'alert'>, { alert: b }: Pick<KeptAlert, 'alert'>): number {
  return (
    SEVERITY[a.severity] - SEVERITY[b.severity] ||
    (b.evidence.extraMsPerSecond ?? 0) - (a.evidence.extraMsPerSecond ?? 0) ||
    b.updatedUnixMs - a.updatedUnixMs ||
    (a.id < b.id ? -1 : 1)
  );
}
