// An alert without an analysis: whole, plain, and of nothing that runs.

import type { Alert } from '@prodlens/protocol';

/** Of one function of the service orders, opened at that time (ms since the Unix epoch). */
export function alertAt(unixMs: number, id: string, fields: Partial<Alert> = {}): Alert {
  const side = { value: 5e6, p95Ns: 9e6, calls: 400, fromUnixMs: unixMs - 1e7, toUnixMs: unixMs };
  return {
    id,
    kind: 'slower-since-deployment',
    severity: 'warning',
    state: 'open',
    title: 'f is 38 % slower since 2.0.0',
    service: 'orders',
    environment: 'production',
    place: {
      type: 'function',
      functionId: 'f',
      file: 'src/pricing.ts',
      name: 'f',
      ordinal: 0,
      kind: 'function',
      line: 12,
      column: 1,
      package: null,
    },
    cause: null,
    sinceUnixMs: unixMs,
    openedUnixMs: unixMs,
    updatedUnixMs: unixMs,
    closedUnixMs: null,
    deployment: null,
    evidence: {
      detector: 'd',
      detail: '',
      measure: 'medianNs',
      before: side,
      after: { ...side, value: 6.9e6 },
      change: { ratio: 1.38, low: 1.3, high: 1.5, confidence: 0.95 },
      extraMsPerSecond: 3,
    },
    closesWhen: 'Closes when it is over.',
    group: { id: 'g', title: 'orders in production since 2.0.0', size: 1, rank: 1 },
    silence: null,
    assignee: null,
    history: [],
    ...fields,
  };
}
