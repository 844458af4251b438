// Which services there are, where they ran and which files are theirs: what an editor needs to find out which of
// its files run in production.

import type { CatalogService } from '@prodlens/protocol';
import type { Deployment, ServiceRoot } from '../store/store.js';
import { groupBy } from './group-by.js';

const ROOTS = 8;
const byService = ({ service }: { service: string }) => service;

/** `deployments` with the current one last, `roots` newest first, `files` ascending; services come in the order of names. */
export function buildCatalog(
  deployments: Deployment[],
  roots: ServiceRoot[],
  files: Array<{ service: string; file: string }>,
): CatalogService[] {
  const rootsOf = groupBy(roots, byService);
  const filesOf = groupBy(files, byService);
  return [...groupBy(deployments, byService)]
    .map(([service, own]) => ({
      service,
      packageName: rootsOf.get(service)?.find(({ packageName }) => packageName !== '')?.packageName ?? '',
      roots: [...new Set(rootsOf.get(service)?.map(({ root }) => root))].slice(0, ROOTS),
      environments: [...new Set(own.map(({ environment }) => environment))].sort(),
      version: own.at(-1)!.version,
      files: filesOf.get(service)?.map(({ file }) => file) ?? [],
    }))
    .sort((a, b) => (a.service < b.service ? -1 : 1));
}
