// A snapshot with something in every field, for tests.

import type { Snapshot } from '../snapshot/snapshot.js';

export function fakeSnapshot(fields: Partial<Snapshot> = {}): Snapshot {
  return {
    id: '0b5f2f6e-0000-4000-8000-000000000001',
    trigger: 'edge',
    fingerprint: 'a1b2c3d4',
    suppressed: 2,
    flow: { kind: 'http', method: 'POST', route: '/orders', status: 409, durationNs: 5e6 },
    request: {
      path: '/orders',
      params: null,
      query: { type: 'Object', entries: [['page', '2']] },
      headers: { type: 'Object', entries: [['content-type', 'application/json']] },
      body: { type: 'Object', entries: [['sku', 'gift-25']] },
    },
    attributes: { type: 'Object', entries: [['plan', 'gold']] },
    function: PLACE,
    error: {
      type: 'OutOfStockError',
      message: 'Product gift-25 is out of stock.',
      stack: [FRAME],
      properties: { type: 'Object', entries: [['status', 409]] },
      causes: [{ type: 'Error', message: 'none left', stack: [] }],
    },
    calls: [
      {
        function: PLACE,
        durationNs: 1e6,
        endNs: 4e6,
        threw: true,
        arguments: [{ name: 'lines', value: { type: 'Array', items: [1], size: 9, cut: 'width' } }],
      },
    ],
    queries: [
      {
        system: 'sqlite',
        text: 'SELECT sku FROM stock WHERE sku = ?',
        parameters: { type: 'Array', items: ['gift-25'] },
        startNs: 1e6,
        durationNs: 2e5,
        rowCount: 0,
        answer: { type: 'Array', items: [] },
        error: null,
      },
    ],
    outbound: [{ method: 'GET', url: 'http://rates/tax/DE', startNs: 1e5, durationNs: 1e6, status: 200, error: null }],
    logs: [{ level: 'error', timeNs: 4e6, message: 'refused' }],
    droppedEvents: 1,
    process: { uptimeSeconds: 12.5, rssBytes: 9e7, heapUsedBytes: 3e7, eventLoopDelayP99Ns: null },
    mode: 'redacted',
    redactions: 3,
    captureNs: 4e5,
    ...fields,
  };
}

const PLACE = {
  file: 'src/inventory.ts',
  name: 'reserveStock',
  ordinal: 0,
  kind: 'function' as const,
  line: 11,
  column: 17,
  package: null,
  timed: true,
};
const FRAME = { functionName: 'reserveStock', file: 'src/inventory.ts', line: 20, column: 25, isAsync: false };
