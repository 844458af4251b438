// A list of very many functions, a page at a time: the order of all is made once and remembered for some seconds, so
// that scrolling through it reads the numbers of the rows in view alone.

import { bucketsCount, type FunctionStats, type FunctionTotals, mergeTotals } from '@prodlens/protocol';
import { clampedQuantileNs } from '../../analysis/detectors/regression.js';
import type { Deployment, MinuteRange, Store } from '../../store/store.js';
import { scopeKey } from '../deployments/deployment-scope.js';
import type { FunctionsFilter, Query } from '../query.js';
import { windowRange } from '../time/window-range.js';
import { hasScalarOrder, orderedFunctions } from './first-functions.js';
import type { SortKey } from './function-stats.js';

export interface PageFilter {
  service?: string;
  environment?: string;
  windowSeconds: number;
  /** A part of the name, whatever its case. */
  text?: string;
  /** Only the services' own code, nothing of packages. */
  own?: boolean;
}

export interface FunctionPage {
  functions: FunctionStats[];
  /** Of all pages. */
  count: number;
}

/** One function in one scope. */
interface Place {
  functionId: number;
  scope: string;
}

const QUANTILES: Partial<Record<SortKey, number>> = { p50Ns: 0.5, p95Ns: 0.95, p99Ns: 0.99 };
const REMEMBERED = 8;
const REMEMBERED_MS = 20_000;
/** Functions that a text or the restriction to own code may let through. */
const MATCHES = 200_000;

export function createFunctionPages(store: Store, query: Pick<Query, 'functions'>, now: () => number) {
  const orders = new Map<string, { atMs: number; places: Promise<Place[]> }>();

  function remembered(key: string, find: () => Promise<Place[]>): Promise<Place[]> {
    const known = orders.get(key);
    if (known !== undefined && now() - known.atMs < REMEMBERED_MS) return known.places;
    const places = find();
    orders.delete(key);
    orders.set(key, { atMs: now(), places });
    places.catch(() => orders.delete(key));
    if (orders.size > REMEMBERED) orders.delete(orders.keys().next().value!);
    return places;
  }

  async function order(filter: PageFilter, sort: SortKey): Promise<Place[]> {
    const deployments = await asked(filter);
    const range = windowRange(filter.windowSeconds, now());
    const live = deployments.filter((d) => d.lastSeenUnixMs >= range.fromMinute * 60_000);
    const wanted = await matching(
      filter,
      deployments.map(({ id }) => id),
    );
    if (hasScalarOrder(sort)) {
      const scopeOf = new Map(live.map((d) => [d.id, scopeKey(d)]));
      const scalars = await store.scalars(range, [...scopeOf.keys()]);
      return orderedFunctions(scalars, (id) => scopeOf.get(id)!, sort, wanted);
    }
    const quantile = QUANTILES[sort];
    if (quantile !== undefined) return byQuantile(quantile, live, range, wanted);
    // A name or a rate needs the functions themselves.
    const known = await store.knownFunctions(
      deployments.map(({ id }) => id),
      { functionIds: wanted === null ? await withData(filter) : [...wanted] },
    );
    const idOf = new Map(known.map((f) => [JSON.stringify([f.identity, f.environment]), f.functionId]));
    const functionIds = [...new Set(idOf.values())];
    const { functions } = await query.functions({ ...where(filter), functionIds }, { sort });
    return functions.map((f) => ({
      functionId: idOf.get(JSON.stringify([f.id, f.environment]))!,
      scope: scopeKey(f),
    }));
  }

  /** Needs the histograms of all, and of each no more than one quantile. */
  async function byQuantile(q: number, live: Deployment[], range: MinuteRange, wanted: Set<number> | null) {
    const scopeOf = new Map(live.map((d) => [d.id, scopeKey(d)]));
    const merged = new Map<string, { place: Place; totals: FunctionTotals }>();
    for (const { deploymentId, functionId, totals } of await store.totals(range, [...scopeOf.keys()])) {
      if (wanted !== null && !wanted.has(functionId)) continue;
      const place = { functionId, scope: scopeOf.get(deploymentId)! };
      const key = `${functionId} ${place.scope}`;
      const before = merged.get(key);
      merged.set(key, { place, totals: before === undefined ? totals : mergeTotals(before.totals, totals) });
    }
    const valued = [...merged.values()].map(({ place, totals }) => ({
      place,
      value: bucketsCount(totals.buckets) > 0 ? clampedQuantileNs(totals, q) : -1,
    }));
    return valued
      .sort((a, b) => b.value - a.value || a.place.functionId - b.place.functionId)
      .map(({ place }) => place);
  }

  async function withData(filter: PageFilter): Promise<number[]> {
    const range = windowRange(filter.windowSeconds, now());
    const scalars = await store.scalars(
      range,
      (await asked(filter)).map(({ id }) => id),
    );
    return [...new Set(scalars.flatMap(({ functions }) => [...functions.keys()]))];
  }

  async function asked({ service, environment }: PageFilter) {
    return (await store.deployments(service)).filter((d) => (environment ?? d.environment) === d.environment);
  }

  /** null: all. */
  async function matching({ text, own, service }: PageFilter, deploymentIds: number[]): Promise<Set<number> | null> {
    const named = text === undefined ? null : new Set(await store.searchFunctions(text, MATCHES, service));
    if (own !== true) return named;
    const files = (await store.ownFiles()).filter((f) => (service ?? f.service) === f.service).map(({ file }) => file);
    const fileIds = await store.fileIds([...new Set(files)], service);
    const known = await store.knownFunctions(deploymentIds, { fileIds });
    const ids = known.filter((f) => f.package === null).map(({ functionId }) => functionId);
    return new Set(named === null ? ids : ids.filter((id) => named.has(id)));
  }

  return async (
    filter: PageFilter,
    { sort, offset, limit }: { sort: SortKey; offset: number; limit: number },
  ): Promise<FunctionPage> => {
    const places = await remembered(JSON.stringify([filter, sort]), () => order(filter, sort));
    const page = places.slice(offset, offset + limit);
    if (page.length === 0) return { functions: [], count: places.length };
    const functionIds = [...new Set(page.map(({ functionId }) => functionId))];
    const { functions } = await query.functions({ ...where(filter), functionIds }, { sort });
    // In the order of the list, which may be seconds older than the numbers: a row must not jump to another page.
    const known = await store.knownFunctions(
      (await asked(filter)).map(({ id }) => id),
      { functionIds },
    );
    const identityOf = new Map(known.map((f) => [f.functionId, f.identity]));
    const byPlace = new Map(functions.map((f) => [`${f.id} ${scopeKey(f)}`, f]));
    const found = page.flatMap((p) => byPlace.get(`${identityOf.get(p.functionId)} ${p.scope}`) ?? []);
    return { functions: found, count: places.length };
  };
}

function where({ service, environment, windowSeconds }: PageFilter): FunctionsFilter {
  return {
    windowSeconds,
    ...(service !== undefined && { service }),
    ...(environment !== undefined && { environment }),
  };
}
