// What was captured in the shop when something went wrong.

import type { CapturedValue, Snapshot } from '@prodlens/protocol';
import { fakeSnapshot } from '@prodlens/protocol/testing/fake-snapshot';
import type { Store } from '../store/store.js';

const MS = 1_000_000;
const MINUTE_MS = 60_000;

const object = (entries: Record<string, CapturedValue>, type = 'Object'): CapturedValue => ({
  type,
  entries: Object.entries(entries),
});
const array = (...items: CapturedValue[]): CapturedValue => ({ type: 'Array', items });
const hidden = (redacted: 'name' | 'card number' | 'e-mail address', size: number): CapturedValue => ({
  ...{ type: 'string', redacted, size },
});
const place = (name: string, file: string, line: number) => ({
  ...{ name, file, line, column: 3, ordinal: 0, kind: 'method' as const, package: null, timed: true },
});
const frame = (functionName: string, file: string, line: number, isAsync = false) => ({
  ...{ functionName, file, line, column: 11, isAsync },
});

const RESERVE = place('reserveStock', 'src/inventory/inventory.ts', 54);
const PLACE_ORDER = place('OrderService.place', 'src/orders/order-service.ts', 28);
const APPLY = place('PricingService.applyDiscounts', 'src/pricing/pricing-service.ts', 71);
const LINE = object({ sku: 'mug-blue-04', quantity: 3, discountPercent: 10 });

const OUT_OF_STOCK = fakeSnapshot({
  trigger: 'status',
  fingerprint: '5f0a1c77d2',
  suppressed: 41,
  flow: { kind: 'http', method: 'POST', route: '/orders', status: 500, durationNs: 131 * MS },
  request: {
    path: '/orders?campaign=winter',
    params: null,
    query: object({ campaign: 'winter' }),
    headers: object({
      'content-type': 'application/json',
      authorization: hidden('name', 212),
      'user-agent': 'shop-ios/8.4.1',
      'x-request-id': '0f3c-99ab-21',
    }),
    body: object({
      customer: object({ id: 'c_8812', email: hidden('e-mail address', 23), country: 'DE' }),
      payment: object({ type: 'card', number: hidden('card number', 19), cvv: hidden('name', 3) }),
      lines: {
        type: 'Array',
        items: [LINE, object({ sku: 'tea-assam', quantity: 1, discountPercent: 0 })],
        size: 14,
        cut: 'width',
      },
    }),
  },
  attributes: object({ plan: 'gold', tenant: 'acme' }),
  function: RESERVE,
  error: {
    type: 'OutOfStockError',
    message: 'Only 2 of mug-blue-04 are left, 3 were asked for.',
    stack: [
      frame('reserveStock', 'src/inventory/inventory.ts', 71),
      frame('OrderService.place', 'src/orders/order-service.ts', 44, true),
      frame('placeOrder', 'src/orders/orders-controller.ts', 52, true),
      frame('Layer.handle', 'node_modules/express/lib/router/layer.js', 95),
    ],
    properties: object({ sku: 'mug-blue-04', left: 2, asked: 3 }),
    causes: [{ type: 'Error', message: 'UPDATE stock: 0 rows', stack: [] }],
  },
  calls: [
    {
      ...{ function: RESERVE, durationNs: 22 * MS, endNs: 128 * MS, threw: true },
      arguments: [
        { name: 'database', value: { type: 'Pool', entries: [], size: 14, cut: 'depth' } },
        { name: 'lines', value: array(LINE, object({ sku: 'tea-assam', quantity: 1, discountPercent: 0 })) },
      ],
    },
    {
      ...{ function: PLACE_ORDER, durationNs: 118 * MS, endNs: 129 * MS, threw: true },
      arguments: [{ name: 'request', value: object({ customerId: 'c_8812', lines: 2, campaign: 'winter' }) }],
    },
    {
      ...{
        function: place('placeOrder', 'src/orders/orders-controller.ts', 41),
        durationNs: 126 * MS,
        endNs: 130 * MS,
      },
      ...{ threw: true, arguments: null },
    },
    {
      ...{ function: APPLY, durationNs: 46 * MS, endNs: 58 * MS, threw: false },
      arguments: [{ name: 'lines', value: array(LINE) }],
    },
  ],
  queries: [
    {
      ...{ system: 'postgresql', text: 'SELECT id, starts_at, percent FROM campaigns WHERE code = $1' },
      ...{ parameters: array('winter'), startNs: 8 * MS, durationNs: 4 * MS, rowCount: 1, error: null },
      answer: array(object({ id: 71, starts_at: { type: 'Date', text: '2026-11-20T00:00:00.000Z' }, percent: 10 })),
    },
    {
      ...{ system: 'postgresql', text: 'SELECT sku, quantity FROM stock WHERE sku = ANY($1) FOR UPDATE' },
      ...{ parameters: array(array('mug-blue-04', 'tea-assam')), startNs: 108 * MS, durationNs: 9 * MS, rowCount: 2 },
      ...{
        error: null,
        answer: array(object({ sku: 'mug-blue-04', quantity: 2 }), object({ sku: 'tea-assam', quantity: 840 })),
      },
    },
    {
      ...{ system: 'postgresql', text: 'UPDATE stock SET quantity = quantity - $1 WHERE sku = $2 AND quantity >= $1' },
      ...{
        parameters: array(3, 'mug-blue-04'),
        startNs: 119 * MS,
        durationNs: 6 * MS,
        rowCount: 0,
        answer: null,
        error: null,
      },
    },
  ],
  outbound: [
    {
      ...{ method: 'GET', url: 'https://tax.internal/v2/rates/DE', startNs: 62 * MS, durationNs: 41 * MS },
      ...{ status: 200, error: null },
    },
  ],
  logs: [
    { level: 'info', timeNs: 6 * MS, message: 'quote for c_8812: 2 lines' },
    { level: 'warn', timeNs: 60 * MS, message: 'applyDiscounts took 46 ms' },
    { level: 'error', timeNs: 129 * MS, message: object({ msg: 'order refused', sku: 'mug-blue-04' }) },
  ],
  redactions: 4,
});

const SNAPSHOTS: Array<{ agoMinutes: number; snapshot: Snapshot }> = [
  { agoMinutes: 2, snapshot: OUT_OF_STOCK },
  {
    agoMinutes: 9,
    snapshot: fakeSnapshot({
      ...OUT_OF_STOCK,
      ...{
        id: '0b5f2f6e-0000-4000-8000-000000000002',
        trigger: 'slow',
        fingerprint: '90bb12',
        suppressed: 0,
        error: null,
      },
      flow: { kind: 'http', method: 'POST', route: '/cart/quote', status: 200, durationNs: 1_240 * MS },
      function: APPLY,
    }),
  },
  {
    agoMinutes: 31,
    snapshot: fakeSnapshot({
      ...{ id: '0b5f2f6e-0000-4000-8000-000000000003', trigger: 'edge', fingerprint: 'c44e19', suppressed: 3 },
      flow: { kind: 'job', method: 'bullmq', route: 'confirmations', status: null, durationNs: 5_020 * MS },
      ...{ request: null, function: place('sendConfirmation', 'src/orders/confirmation.ts', 14) },
      error: {
        ...{ type: 'TimeoutError', message: 'smtp.internal did not answer within 5000 ms', causes: [] },
        stack: [frame('sendConfirmation', 'src/orders/confirmation.ts', 33, true)],
        properties: object({ code: 'ETIMEDOUT' }),
      },
    }),
  },
];

export async function fillSnapshots(store: Store, nowUnixMs: number): Promise<void> {
  const where = { service: 'checkout', environment: 'production', version: '2.4.0', revision: 'e07b13d95c2' };
  const known = await store.knownFunctions(
    (await store.deployments('checkout')).map(({ id }) => id),
    { functionIds: await store.searchFunctions('', 10_000, 'checkout') },
  );
  for (const { agoMinutes, snapshot } of SNAPSHOTS) {
    const { id, trigger, fingerprint, suppressed, flow, error, function: of } = snapshot;
    const functionId = known.find((f) => f.name === of?.name && f.file === of.file)?.identity ?? null;
    const summary = {
      ...where,
      ...{ id, trigger, fingerprint, suppressed, functionId },
      ...{ takenUnixMs: nowUnixMs - agoMinutes * MINUTE_MS, instance: 'checkout-1', host: 'checkout-7d9f-1' },
      endpoint: flow && `${flow.method} ${flow.route}`,
      ...{ status: flow?.status ?? null, durationNs: flow?.durationNs ?? null },
      ...{ functionName: of?.name ?? null, file: of?.file ?? null, line: error?.stack[0]?.line ?? of?.line ?? null },
      ...{ errorType: error?.type ?? null, message: typeof error?.message === 'string' ? error.message : null },
    };
    await store.putSnapshot({ summary, snapshot });
  }
}
