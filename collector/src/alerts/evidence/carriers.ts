// Where added time is spent. Of a function: in its own time and in its callees. Of an endpoint: in the own time of the
// functions that its requests go through, wherever they stand in the calls. Each part's growth is a share of the whole's.

import { type AlertCarrier, type AlertCause, CARRIERS } from '@prodlens/protocol';
import { attribute, type Whole } from '../../analysis/attribution.js';
import type { Finding } from '../../analysis/finding.js';
import type { KnownFunction, Store } from '../../store/store.js';
import { CAUSE_MINUTES, type CallParts, callPartsReader } from './call-parts.js';

/** A part that explains at least so much of the added time is where to look first. */
const CAUSE_SHARE = 0.5;
/** Less of it is not worth a word. */
const LEAST_SHARE = 0.05;

export interface Explained {
  cause: AlertCause | null;
  carriers: AlertCarrier[];
}

/** `version`: of the deployment that it began with, '' without one. */
export async function explain(
  store: Store,
  finding: Finding,
  known: KnownFunction | undefined,
  ids: number[],
  currentId: number,
  version: string,
): Promise<Explained> {
  if (finding.measure !== 'medianNs') return { cause: null, carriers: [] };
  const read = callPartsReader(store);
  const whole = async ([from, to]: [number, number], of: number[]): Promise<Whole<number>> => {
    const range = { fromMinute: Math.max(from, to - CAUSE_MINUTES), toMinute: to - 1 };
    if (finding.endpointId !== undefined) return ofEndpoint(store, finding.endpointId, range, of);
    if (known === undefined) return { calls: 0, sumNs: 0, parts: [] };
    return ofFunction(known, await read(known.functionId, [from, to], of));
  };
  const before = await whole(finding.beforeMinutes, finding.beforeDeployments ?? ids);
  const after = await whole(finding.afterMinutes, finding.isOfDeployment ? [currentId] : ids);
  const shares = attribute(before, after)
    .filter(({ share }) => share >= LEAST_SHARE)
    .slice(0, CARRIERS);
  if (shares.length === 0) return { cause: null, carriers: [] };
  const places = await store.knownFunctions(ids, { functionIds: shares.map(({ key }) => key) });
  const usual = new Set(before.parts.map(({ key }) => key));
  const carriers = shares.flatMap(({ key, addedNs, share }): AlertCarrier[] => {
    const place = places.find(({ functionId }) => functionId === key);
    if (place === undefined) return [];
    const { identity: functionId, file, name, line } = place;
    return [{ functionId, file, name, line, version, addedNs, share, isNew: !usual.has(key) }];
  });
  const [first] = carriers;
  if (first === undefined || first.share < CAUSE_SHARE) return { cause: null, carriers };
  const { functionId, file, name, line, share } = first;
  const isOwn = finding.endpointId !== undefined || functionId === known?.identity;
  const type = isOwn ? 'own-time' : 'callee';
  return { cause: { type, functionId, file, name, line, share: Math.min(1, share) }, carriers };
}

type Range = { fromMinute: number; toMinute: number };

function ofFunction({ functionId }: KnownFunction, { timedCalls, sumNs, selfNs, callees }: CallParts): Whole<number> {
  const parts = [...callees].map(([key, callee]) => ({ key, sumNs: callee.sumNs }));
  return { calls: timedCalls, sumNs, parts: [...parts, { key: functionId, sumNs: selfNs }] };
}

async function ofEndpoint(store: Store, endpointId: number, range: Range, of: number[]): Promise<Whole<number>> {
  const sums = (await store.endpointTotals(range, of)).filter((one) => one.endpointId === endpointId);
  const parts = sums.flatMap(({ functions }) => [...functions].map(([key, { selfNs }]) => ({ key, sumNs: selfNs })));
  return {
    calls: sums.reduce((all, { totals }) => all + totals.calls, 0),
    sumNs: sums.reduce((all, { totals }) => all + totals.sumNs, 0),
    parts: addedUp(parts),
  };
}

/** Parts of several deployments, each once. */
function addedUp(parts: Whole<number>['parts']): Whole<number>['parts'] {
  const sums = new Map<number, number>();
  for (const { key, sumNs } of parts) sums.set(key, (sums.get(key) ?? 0) + sumNs);
  return [...sums].map(([key, sumNs]) => ({ key, sumNs }));
}
