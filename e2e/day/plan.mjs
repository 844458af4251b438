// What happens in the day, and what must be found of it. Minutes count from the day's midnight.
//
// A deployment is { at, version, recording }: which recorded version its instances behave as. A fault is { name, from,
// until, expect } with `does`, what it does to functions of a file (effects.mjs), or, where the deployed version is itself
// the fault, `version`, the recording in which it is. `expect` lists the alerts without which it is not found: { kinds,
// file, name, withinMinutes }; whatever else is told while it lasts must be a consequence of it (truth.mjs).

const history = 'src/order-history.ts';
const SLOWER = ['slower-since-deployment', 'dramatic-slowdown', 'drift'];

export const DAY = {
  minutes: 1_440,
  instances: 3,
  windowsAMinute: 6,
  deployments: [
    { at: 0, version: '1.0.0', recording: '1.0.0' },
    { at: 300, version: '1.0.1', recording: '1.0.0' },
    { at: 450, version: '1.1.0', recording: '1.0.0' },
    { at: 570, version: '1.1.1', recording: '1.0.0' },
    { at: 720, version: '2.0.0', recording: '2.0.0' },
    { at: 780, version: '1.1.1', recording: '1.0.0' },
  ],
  faults: [
    {
      name: '1.1.0 reads orders 60 % slower',
      ...{ from: 450, until: 570, isOfDeployment: true, endpoint: 'GET /orders' },
      does: { file: history, names: ['OrderHistory.recentOrders'], factor: 1.6 },
      expect: [{ kinds: SLOWER, file: history, name: 'OrderHistory.recentOrders', withinMinutes: 60 }],
    },
    {
      name: 'the provider of rates fails',
      ...{ from: 630, until: 665 },
      does: { file: 'src/rates-client.ts', names: ['RatesClient.#fetch'], errorShare: 0.2 },
      expect: [
        {
          kinds: ['new-error', 'error-rate'],
          file: 'src/rates-client.ts',
          name: 'RatesClient.#fetch',
          withinMinutes: 12,
        },
      ],
    },
    {
      name: '2.0.0 as it is: slow discounts, vouchers refused',
      ...{ from: 720, until: 780, isOfDeployment: true, version: '2.0.0', endpoint: 'POST /orders' },
      expect: [
        { kinds: SLOWER, file: 'src/pricing.ts', name: 'PricingService.applyDiscounts', withinMinutes: 12 },
        { kinds: ['new-error'], file: 'src/inventory.ts', name: 'reserveStock', withinMinutes: 17 },
      ],
    },
    {
      name: 'the provider of rates is six times as slow',
      ...{ from: 900, until: 930 },
      does: { file: 'src/rates-client.ts', names: ['RatesClient.#fetch'], factor: 6 },
      expect: [{ kinds: SLOWER, file: 'src/rates-client.ts', name: 'RatesClient.#fetch', withinMinutes: 5 }],
    },
    {
      name: 'no confirmations are written any more',
      ...{ from: 1_020, until: 1_070 },
      does: { file: 'src/confirmation.ts', keep: 0 },
      expect: [
        {
          kinds: ['call-rate-collapsed'],
          ...{ file: 'src/confirmation.ts', name: 'confirmationHandler.confirm', withinMinutes: 22 },
        },
      ],
    },
    {
      name: 'restock burns processor time',
      ...{ from: 1_140, until: 1_180 },
      does: { file: 'src/inventory.ts', names: ['restock'], addMs: 60, cpuMsPerSecond: 60 },
      // It is slower for it as well, which shows first: one cause.
      expect: [{ kinds: ['cpu-burner', ...SLOWER], file: 'src/inventory.ts', name: 'restock', withinMinutes: 22 }],
    },
    {
      name: 'stock is 80 % slower, with no deployment',
      ...{ from: 1_230, until: 1_350 },
      does: { file: 'src/inventory.ts', names: ['reserveStock'], factor: 1.8 },
      expect: [{ kinds: ['drift'], file: 'src/inventory.ts', name: 'reserveStock', withinMinutes: 110 }],
    },
  ],
};

/** The plan's first hours: without the faults that would not be over, nor what comes after. */
export function cutTo(plan, hours) {
  const minutes = Math.min(plan.minutes, Math.round(60 * hours));
  const faults = plan.faults.filter(({ until }) => until + CLOSES_WITHIN_MINUTES <= minutes || until === plan.minutes);
  const isLeftOut = ({ at }) => plan.faults.some((f) => f.isOfDeployment && f.from === at && !faults.includes(f));
  const first = plan.deployments.findIndex(isLeftOut);
  const deployments = (first === -1 ? plan.deployments : plan.deployments.slice(0, first)).filter(
    (d) => d.at < minutes,
  );
  return { ...plan, minutes, faults, deployments };
}

/** How long after its fault was gone an alert may be open. */
export const CLOSES_WITHIN_MINUTES = 90;

/** Requests at the minute, as a share of the recorded ones: few at night, most at noon. */
export function loadAt(minute) {
  return 0.65 - 0.3 * Math.cos((2 * Math.PI * minute) / 1_440);
}

/** Everything takes a little longer when there is more to do. */
export function stretchAt(minute) {
  return 1 + 0.1 * (loadAt(minute) - 0.65);
}
