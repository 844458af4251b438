// Deployed functions and services for tests: whole values, of which a test names what it is about.

import type { CatalogService, FunctionStats } from '@prodlens/protocol';

export function stats(name: string, about: Partial<FunctionStats> = {}): FunctionStats {
  const { service = 'shop', file = 'src/cart.ts', ordinal = 0, calls = 100, errors = 0, timed = true } = about;
  return {
    id: `${service}/${file}/${name}/${ordinal}`,
    service,
    environment: 'production',
    file,
    name,
    ordinal,
    kind: 'function',
    line: 1,
    column: 1,
    package: null,
    timed,
    calls,
    errors,
    callsPerMinute: calls / 60,
    errorRate: calls === 0 ? null : errors / calls,
    p50Ns: timed && calls > 0 ? 1.5e6 : null,
    p95Ns: timed && calls > 0 ? 42e6 : null,
    p99Ns: timed && calls > 0 ? 90e6 : null,
    maxNs: timed && calls > 0 ? 180e6 : null,
    totalNs: timed && calls > 0 ? calls * 2e6 : null,
    selfNs: null,
    cpuNs: null,
    version: '2.0.0',
    regression: null,
    ...about,
  };
}

export function service(name: string, about: Partial<CatalogService> = {}): CatalogService {
  return {
    service: name,
    packageName: name,
    roots: [],
    environments: ['production'],
    version: '2.0.0',
    files: ['src/cart.ts'],
    ...about,
  };
}
