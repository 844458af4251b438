// Diagnostics made of alerts: where they stand, what they carry, and where there are none.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert, FunctionStats } from '@prodlens/protocol';
import { parseFixture } from '../testing/fixture.js';
import { alert, stats } from '../testing/stats.js';
import { addedCostFindings, addedCosts } from './added-costs.js';
import { diagnostics } from './diagnostics.js';
import { inlayHints } from './inlay-hints.js';
import { alertsByFunction } from './troubles.js';

const FIXTURE = parseFixture(`
//- /src/cart.ts
export function price(item) {
  const found = lookup(item); // lookup(item)
  if (!found) throw new Error('none');
  return found;
}
//- metrics
price: calls=72000 rate=1200 p95=58ms errors=7200
`);
const PRICE = FIXTURE.functions[0]!.readings[0]!.stats;

function found(kind: Alert['kind'], about: Partial<Alert> = {}, functions = FIXTURE.functions) {
  const alertsOf = alertsByFunction([alert(PRICE, kind, about)]);
  const options = { enabled: true, windowSeconds: 3_600, alertsOf, hasAlerts: true };
  return diagnostics(FIXTURE.text, functions, options).map((finding) => ({
    ...finding,
    on: FIXTURE.text.slice(finding.start, finding.end),
  }));
}

test('at the throwing line, at the call that carries the time, else at the name', () => {
  const line = { functionId: PRICE.id, file: PRICE.file, name: 'price', line: PRICE.line + 2, share: null };
  assert.equal(
    found('new-error', { cause: { type: 'throwing-line', ...line } })[0]?.on,
    "if (!found) throw new Error('none');",
  );
  const callee = {
    type: 'callee',
    functionId: 'x',
    file: 'src/db.ts',
    name: 'Store.lookup',
    line: 7,
    share: 0.62,
  } as const;
  const [slow] = found('slower-since-deployment', { cause: callee });
  assert.equal(slow?.on, 'lookup');
  assert.deepEqual(slow?.related, [
    { message: 'Deployed as 2.0.0 (abcdef0) by Ann, before it 1.0.0', elsewhere: null },
    {
      message: 'The time is spent in Store.lookup (62 % of the change)',
      elsewhere: { from: 'src/cart.ts', file: 'src/db.ts', line: 7 },
    },
  ]);
  assert.equal(found('drift')[0]?.on, 'price');
  assert.equal(
    found('new-error', { cause: { type: 'throwing-line', ...line, line: PRICE.line + 40 } })[0]?.on,
    'price',
  );
});

test('with its severity, its evidence and what quick fixes need', () => {
  const [finding] = found('slower-since-deployment', { severity: 'critical' });
  assert.equal(finding?.severity, 'critical');
  assert.equal(
    finding?.message,
    'price is 38 % slower since 2.0.0: median 10 ms before (n = 300), 14 ms since (n = 240)',
  );
  assert.deepEqual([finding?.alertId, finding?.comparable], [`slower-since-deployment/${PRICE.id}`, true]);
});

test('none that is silenced, good news, of an edited or only likely function, nor by numbers alone', () => {
  assert.deepEqual(found('slower-since-deployment', { state: 'muted' }), []);
  assert.deepEqual(found('error-gone'), []);
  for (const match of [
    { kind: 'edited', edited: true },
    { kind: 'likely', edited: null },
  ] as const) {
    const functions = FIXTURE.functions.map((mapped) => ({
      ...mapped,
      readings: mapped.readings.map((reading) => ({ ...reading, match: { ...reading.match, ...match } })),
    }));
    assert.deepEqual(found('new-error', {}, functions), []);
  }
});

test('a cost that an edit adds to a function that runs often, and none that was there', () => {
  const before = 'async function price() { for (const a of b) { await one(a); } }';
  const now = 'async function price() { for (const a of b) { await one(a); await two(a); } }';
  const costed = (text: string) => ({
    text,
    outline: [{ ...FIXTURE.functions[0]!.outlined, start: 0, end: text.length }],
    costs: [...text.matchAll(/await \w+\(a\)/g)].map((match) => ({
      kind: 'await-in-loop' as const,
      start: match.index,
      end: match.index + match[0].length,
      functionStart: 0,
    })),
  });
  const added = addedCosts(costed(before), costed(now));
  assert.deepEqual(addedCosts(costed(now), costed(now)), []);
  const [finding, ...others] = addedCostFindings(FIXTURE.functions, added);
  assert.equal(finding?.message, 'price runs 1.2k/min in production; this adds an await in a loop');
  assert.equal(finding?.start, FIXTURE.functions[0]!.outlined.start + now.indexOf('await two'));
  assert.deepEqual(others, []);
  const said = (about: Partial<FunctionStats>) => {
    const functions = FIXTURE.functions.map((mapped) => ({
      ...mapped,
      readings: mapped.readings.map((reading) => ({ ...reading, stats: { ...reading.stats, ...about } })),
    }));
    return addedCostFindings(functions, added)[0]?.message;
  };
  assert.equal(
    said({ callsPerMinute: 40_000, endpointCount: 12 }),
    'price runs 40k/min from 12 endpoints in production; this adds an await in a loop',
  );
});

test('inlay hints at calls that take time, not in comments', () => {
  const { text, functions } = FIXTURE;
  const callee = { ...stats('lookup'), share: 0.62, totalNs: 4e9, calls: 1_000, callsPerMinute: 120 };
  functions[0]!.readings[0]!.stats.callees = [callee];
  const hints = inlayHints(text, functions, { start: 0, end: text.length });
  assert.deepEqual(hints, [{ offset: text.indexOf('lookup(') + 6, label: '4.0 ms each · 62 % · 120/min' }]);
});
