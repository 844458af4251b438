import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MS, NOW_MS, queryFixture } from '../../testing/query-fixture.js';
import type { UserRule } from '../alert-settings.js';
import { ruleAlert } from './without-baseline.js';

test('a rule says what it measures, in the unit of that, on either side of its threshold', async (t) => {
  const { query, instance } = queryFixture(t);
  const { report } = await instance({ service: 'orders' });
  await report([[...Array(97).fill(2 * MS), ...Array(3).fill(80 * MS)]], { errors: 20 });

  const about = { name: 'own', service: 'orders', file: 'src/cart.ts', function: 'f1' };
  const cases = [
    { measure: 'p50Ms', above: 1, as: 'medianNs', threshold: MS },
    { measure: 'p95Ms', below: 50, as: 'p95Ns', threshold: 50 * MS },
    { measure: 'p99Ms', above: 50, as: 'p99Ns', threshold: 50 * MS },
    { measure: 'errorRate', above: 0.1, as: 'errorRate', threshold: 0.1 },
    { measure: 'callsPerMinute', below: 1_000, as: 'callsPerMinute', threshold: 1_000 },
  ] as const;
  for (const { as, threshold, ...rule } of cases) {
    const broken = await ruleAlert(query, { ...about, ...rule } as UserRule, NOW_MS);
    assert.deepEqual(
      broken.map(({ alert: { evidence } }) => [evidence.measure, evidence.before.value]),
      [[as, threshold]],
    );
    const { above, below, ...rest } = { above: undefined, below: undefined, ...rule };
    const other = above === undefined ? { above: below } : { below: above };
    assert.deepEqual(await ruleAlert(query, { ...about, ...rest, ...other } as UserRule, NOW_MS), []);
  }
});
