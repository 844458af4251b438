import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '@prodlens/protocol';
import { alertAt } from '../../testing/fake-alert.js';
import { alertsOfEndpoint } from './endpoints.js';

test("alerts of an endpoint: its own, its functions', and those whose cause shows in it; no other, none that is over", () => {
  const functionAt = (functionId: string) => ({ ...alertAt(0, '').place!, functionId }) as Alert['place'];
  const endpoint: Alert['place'] = {
    type: 'endpoint',
    endpointId: 'e',
    kind: 'http',
    method: 'POST',
    route: '/orders',
  };
  const part = { alertId: 'p', kind: 'outliers' as const, title: '', place: endpoint };
  const alerts = [
    alertAt(0, 'own', { place: endpoint }),
    alertAt(0, 'of a function', { place: functionAt('within') }),
    alertAt(0, 'of its cause', { place: functionAt('behind'), reached: [{ ...part, place: null }, part] }),
    alertAt(0, 'over', { place: endpoint, state: 'closed' }),
    alertAt(0, 'of another endpoint', { place: { ...endpoint, endpointId: 'other' } }),
    alertAt(0, 'of another function', { place: functionAt('behind') }),
    alertAt(0, 'of the service', { place: null }),
  ];
  assert.deepEqual(
    alertsOfEndpoint(alerts, 'e', new Set(['within'])).map(({ id }) => id),
    ['own', 'of a function', 'of its cause'],
  );
});
