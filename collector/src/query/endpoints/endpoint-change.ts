// Why an endpoint became slower (or faster) with the version that runs now: each version over the last hour in which it
// ran, and which functions' own time grew. Numbers only; whether it is a fault the detectors say.

import {
  addEndpointFunctions,
  type EndpointFunctionTotals,
  type EndpointTotals,
  mergeEndpointTotals,
} from '@prodlens/protocol';
import { attribute } from '../../analysis/attribution.js';
import type { Deployment, KnownFunction, Store } from '../../store/store.js';
import { callStats } from '../call-stats.js';
import { type QuantileChange, quantileChange } from '../quantile-interval.js';
import { lastHourOf } from '../time/last-hour.js';

export interface EndpointChange {
  from: EndpointSide;
  to: EndpointSide;
  p95Change: QuantileChange | null;
  /** ns a request that all of it, the database and other services take more (less where negative). */
  addedNs: number;
  addedDatabaseNs: number;
  addedOutboundNs: number;
  /** Functions whose own time grew, that which grew most first. Empty where the endpoint did not become slower. */
  grown: Array<{
    id: string;
    file: string;
    name: string;
    line: number;
    package: string | null;
    addedNs: number;
    share: number;
  }>;
}

export interface EndpointSide {
  version: string;
  revision: string;
  firstSeenUnixMs: number;
  calls: number;
  errors: number;
  p50Ns: number | null;
  p95Ns: number | null;
}

export interface EndpointVersions {
  from?: string;
  to?: string;
}

interface Side {
  deployment: Deployment;
  totals: EndpointTotals;
  functions: Map<number, EndpointFunctionTotals>;
}

/** Versions that are looked at for one in which the endpoint ran. */
const LOOKED_BACK = 5;

/** `deployments`: of one service and environment, the current one last. null where no earlier version served it. */
export async function endpointChange(
  store: Store,
  deployments: Deployment[],
  endpointIds: number[],
  { from, to }: EndpointVersions = {},
): Promise<EndpointChange | null> {
  const sides: Side[] = [];
  const named = from !== undefined || to !== undefined;
  for (const deployment of (named ? deployments : deployments.slice(-LOOKED_BACK)).toReversed()) {
    const wanted = sides.length === 0 ? to : from;
    if (wanted !== undefined && deployment.version !== wanted) continue;
    const side = await lastHour(store, deployment, endpointIds);
    if (side !== null && sides.every((s) => s.deployment.version !== deployment.version)) sides.push(side);
    if (sides.length === 2) break;
  }
  const [after, before] = sides;
  if (after === undefined || before === undefined) return null;
  const shares = attribute(wholeOf(before), wholeOf(after));
  const functionIds = shares.map(({ key }) => key);
  const ids = [after.deployment.id, before.deployment.id];
  const known = new Map<number, KnownFunction>();
  if (functionIds.length > 0)
    for (const f of await store.knownFunctions(ids, { functionIds })) known.set(f.functionId, f);
  const perCall = (side: Side, ns: number) => ns / side.totals.calls;
  const added = (key: 'sumNs' | 'databaseNs' | 'outboundNs') =>
    perCall(after, after.totals[key]) - perCall(before, before.totals[key]);
  return {
    from: sideOf(before),
    to: sideOf(after),
    p95Change: quantileChange(before.totals, after.totals, 0.95),
    addedNs: added('sumNs'),
    addedDatabaseNs: added('databaseNs'),
    addedOutboundNs: added('outboundNs'),
    grown: shares.flatMap(({ key, addedNs, share }) => {
      const f = known.get(key);
      if (f === undefined) return [];
      const { identity: id, file, name, line, package: owner } = f;
      return [{ id, file, name, line, package: owner, addedNs, share }];
    }),
  };
}

async function lastHour(store: Store, deployment: Deployment, endpointIds: number[]): Promise<Side | null> {
  const found = await store.endpointTotals(lastHourOf(deployment), [deployment.id]);
  const own = found.filter(({ endpointId }) => endpointIds.includes(endpointId));
  if (own.length === 0) return null;
  const totals = own.map((one) => one.totals).reduce(mergeEndpointTotals);
  const functions = new Map<number, EndpointFunctionTotals>();
  for (const [id, f] of own.flatMap((one) => [...one.functions])) {
    const before = functions.get(id);
    functions.set(id, before === undefined ? f : addEndpointFunctions(before, f));
  }
  return totals.calls === 0 ? null : { deployment, totals, functions };
}

function wholeOf({ totals, functions }: Side) {
  const parts = [...functions].map(([key, { selfNs }]) => ({ key, sumNs: selfNs }));
  return { calls: totals.calls, sumNs: totals.sumNs, parts };
}

function sideOf({ deployment, totals }: Side): EndpointSide {
  const { version, revision, firstSeenUnixMs } = deployment;
  const { calls, errors, p50Ns, p95Ns } = callStats(totals, null);
  return { version, revision, firstSeenUnixMs, calls, errors, p50Ns, p95Ns };
}
