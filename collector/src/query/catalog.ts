// Which services there are, where they ran and which files are theirs: what an editor needs to find out which of
// its files run in production.

import { type CatalogService, LEFT_OUT_FILES } from '@prodlens/protocol';
import type { Deployment, MeasuringRule, SensorInstance, Store } from '../store/store.js';
import { groupBy } from './group-by.js';

const ROOTS = 8;
const byService = ({ service }: { service: string }) => service;

/** What instances leave out counts for so long after they were last seen. */
const INSTANCES_MS = 3_600_000;

/** `deployments` with the current one last; services come in the order of names. */
export async function buildCatalog(
  store: Store,
  deployments: Deployment[],
  nowUnixMs: number,
): Promise<CatalogService[]> {
  // Newest first.
  const roots = await store.serviceRoots();
  const files = await store.ownFiles();
  const rules = await store.measuringRules();
  const instances = await store.instances(nowUnixMs - INSTANCES_MS);
  const rootsOf = groupBy(roots, byService);
  const filesOf = groupBy(files, byService);
  const rulesOf = groupBy(rules, byService);
  const instancesOf = groupBy(instances, byService);
  return [...groupBy(deployments, byService)]
    .map(([service, own]) => {
      const environments = [...new Set(own.map(({ environment }) => environment))].sort();
      const ownRules = rulesOf.get(service) ?? [];
      const measuringOff = environments.filter((environment) => !isMeasured(ownRules, environment));
      return {
        service,
        packageName: rootsOf.get(service)?.find(({ packageName }) => packageName !== '')?.packageName ?? '',
        roots: [...new Set(rootsOf.get(service)?.map(({ root }) => root))].slice(0, ROOTS),
        environments,
        version: own.at(-1)!.version,
        ...(own.at(-1)!.revision !== '' && { revision: own.at(-1)!.revision }),
        files: filesOf.get(service)?.map(({ file }) => file) ?? [],
        ...leftOutOf(instancesOf.get(service) ?? [], own.at(-1)!.version),
        ...(measuringOff.length > 0 && { measuringOff }),
      };
    })
    .sort((a, b) => (a.service < b.service ? -1 : 1));
}

/** What instances of the version that are known leave out; nothing where none of them tells. */
function leftOutOf(instances: SensorInstance[], version: string): Pick<CatalogService, 'leftOut'> {
  const told = instances.flatMap((instance) => (instance.version === version && instance.latest?.facts.leftOut) || []);
  const tells = instances.some((instance) => instance.version === version && instance.latest?.facts.leftOut);
  if (!tells) return {};
  const reasons = new Map(told.map(({ file, reason }) => [file, reason]));
  return { leftOut: [...reasons].slice(0, LEFT_OUT_FILES).map(([file, reason]) => ({ file, reason })) };
}

/** By the rules of one service: the one for the environment counts before the one for all of them. */
export function isMeasured(rules: MeasuringRule[], environment: string): boolean {
  const rule = rules.find((r) => r.environment === environment) ?? rules.find((r) => r.environment === null);
  return rule?.measuring ?? true;
}
