// Deployed functions and services for tests: whole values, of which a test names what it is about.

import type { Alert, AlertKind, CatalogService, FunctionStats } from '@prodlens/protocol';

/** Of a function in src/cart.ts of shop, called 100 times, but for `about`. */
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
    revision: '',
    regression: null,
    ...about,
  };
}

/** With one file, src/cart.ts, but for `about`. */
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

/** An open alert about a function: slower since 2.0.0, 10 ms before and 14 ms since, unless the test says otherwise. */
export function alert(of: FunctionStats, kind: AlertKind, about: Partial<Alert> = {}): Alert {
  const { id: functionId, file, name, ordinal, line, column } = of;
  const side = (value: number, calls: number) => ({ value, calls, p95Ns: null, fromUnixMs: 1, toUnixMs: 2 });
  return {
    id: `${kind}/${functionId}`,
    kind,
    severity: 'warning',
    state: 'open',
    title: `${name} is 38 % slower since 2.0.0`,
    service: of.service,
    environment: of.environment,
    place: { type: 'function', functionId, file, name, ordinal, kind: of.kind, line, column, package: null },
    cause: null,
    sinceUnixMs: 1,
    openedUnixMs: 1,
    updatedUnixMs: 1,
    closedUnixMs: null,
    deployment: {
      version: '2.0.0',
      revision: 'abcdef0123',
      previousVersion: '1.0.0',
      previousRevision: '',
      startedUnixMs: 1,
      author: 'Ann',
      link: '',
    },
    evidence: {
      detector: 'slower',
      detail: '',
      measure: 'medianNs',
      before: side(10e6, 300),
      after: side(13.8e6, 240),
      change: { ratio: 1.38, low: 1.2, high: 1.5, confidence: 0.95 },
      extraMsPerSecond: 1,
    },
    closesWhen: '',
    group: { id: 'g', title: '', size: 1, rank: 1 },
    silence: null,
    assignee: null,
    history: [],
    ...about,
  };
}
