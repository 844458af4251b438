// Which services there are, where they ran and which files are theirs: what an editor needs to find out which of
// its files run in production.

import type { CatalogService } from '@prodlens/protocol';
import type { Deployment, MeasuringRule, ServiceRoot } from '../store/store.js';
import { groupBy } from './group-by.js';

const ROOTS = 8;
const byService = ({ service }: { service: string }) => service;

/** `deployments` with the current one last, `roots` newest first, `files` ascending; services come in the order of names. */
export function buildCatalog(
  deployments: Deployment[],
  roots: ServiceRoot[],
  files: Array<{ service: string; file: string }>,
  rules: MeasuringRule[],
): CatalogService[] {
  const rootsOf = groupBy(roots, byService);
  const filesOf = groupBy(files, byService);
  const rulesOf = groupBy(rules, byService);
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
        ...(measuringOff.length > 0 && { measuringOff }),
      };
    })
    .sort((a, b) => (a.service < b.service ? -1 : 1));
}

/** By the rules of one service: the one for the environment counts before the one for all of them. */
export function isMeasured(rules: MeasuringRule[], environment: string): boolean {
  const rule = rules.find((r) => r.environment === environment) ?? rules.find((r) => r.environment === null);
  return rule?.measuring ?? true;
}
