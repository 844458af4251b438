// The day's report: what opened and closed, what is open, what was mended, and where most time and most errors are. The
// same for the message of the morning and for whoever asks.

import type { FunctionStats } from '@prodlens/protocol';
import type { Query } from '../../query/query.js';
import type { AlertDesk } from '../life/alert-desk.js';

const REPORTED = 5;
/** Functions that are looked at for these; of more services than are reported of, many are another's. */
const LOOKED_AT = 1_000;

/** `scope`: of which service and environment, of all without; `isOf`: of which of them. */
export async function headsUp(
  query: Query,
  desk: AlertDesk,
  nowUnixMs: number,
  scope: { service?: string; environment?: string } = {},
  isOf: (of: { service: string; environment: string }) => boolean = () => true,
) {
  const dayAgo = nowUnixMs - 86_400_000;
  const all = desk.list(scope).filter(isOf);
  const happened = (type: string) =>
    all.filter(({ history }) => history.some((event) => event.type === type && event.atUnixMs >= dayAgo)).length;
  const worst = async (sort: 'selfNs' | 'errors', isWanted: (f: FunctionStats) => boolean) =>
    (await query.functions({ ...scope, windowSeconds: 86_400 }, { sort, limit: LOOKED_AT })).functions
      .filter((f) => isOf(f) && isWanted(f))
      .slice(0, REPORTED);
  return {
    opened: happened('opened') + happened('reopened'),
    closed: happened('closed'),
    open: all.filter(({ state, severity }) => state === 'open' && severity !== 'info'),
    gone: all.filter(({ kind, openedUnixMs }) => kind === 'error-gone' && openedUnixMs >= dayAgo),
    slowest: await worst('selfNs', ({ package: of, selfNs }) => of === null && selfNs !== null),
    failing: await worst('errors', ({ errors }) => errors > 0),
  };
}
