// Lenses that tell of more than numbers: what is wrong, of several services, why there is nothing, and what stays.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Alert } from '@prodlens/protocol';
import { checkLenses, LENS_OPTIONS, parseFixture } from '../testing/fixture.js';
import { alert } from '../testing/stats.js';
import { codeLenses, type LensOptions } from './code-lenses.js';
import { alertsByFunction } from './troubles.js';

const FIXTURE = `
//- /src/cart.ts
export function price() {}
export function tax() {}
//- metrics
price: calls=72000 rate=1200 p95=58ms
tax: calls=600 rate=10 p95=6ms errors=60
`;

function titles(fixture: string, options: Partial<LensOptions> = {}, alerts: (id: string) => Alert[] = () => []) {
  const { text, functions } = parseFixture(fixture);
  const all = functions.flatMap(({ readings }) => readings.flatMap(({ stats }) => alerts(stats.name).map((a) => a)));
  const given = { ...LENS_OPTIONS, alertsOf: alertsByFunction(all), said: new WeakMap(), ...options };
  return codeLenses(text, functions, given).map(({ title }) => title);
}

function alerted(kind: Alert['kind'], about: Partial<Alert> = {}) {
  const { functions } = parseFixture(FIXTURE);
  const of = functions[0]!.readings[0]!.stats;
  return titles(FIXTURE, {}, (name) => (name === of.name ? [alert(of, kind, about)] : []))[0];
}

test('an open alert leads the lens, in words of its kind', () => {
  const numbers = 'p95 58 ms · 1.2k/min';
  assert.equal(alerted('slower-since-deployment'), `▲ 38 % slower since 2.0.0 · ${numbers}`);
  assert.equal(alerted('drift', { deployment: null }), `▲ 38 % slower · ${numbers}`);
  assert.equal(alerted('new-error'), `✖ new error since 2.0.0 · ${numbers}`);
  assert.equal(alerted('cpu-burner'), `▲ 1.4× the processor time since 2.0.0 · ${numbers}`);
  for (const state of ['muted', 'expected', 'closed'] as const) {
    assert.equal(alerted('slower-since-deployment', { state }), numbers);
  }
  assert.equal(alerted('error-gone'), numbers);
});

test('an alert of another environment or function says nothing here', () => {
  assert.equal(alerted('new-error', { environment: 'staging' }), 'p95 58 ms · 1.2k/min');
});

test('a function that was edited since the deployment has no mark, and says so', () => {
  const { text, functions } = parseFixture(FIXTURE);
  const [first] = functions[0]!.readings;
  first!.match = { ...first!.match, kind: 'edited', edited: true };
  const alerts = alertsByFunction([alert(first!.stats, 'new-error')]);
  const [lens] = codeLenses(text, functions, { ...LENS_OPTIONS, alertsOf: alerts, said: new WeakMap() });
  assert.equal(lens?.title, 'edited since 2.0.0 · p95 58 ms · 1.2k/min');
});

test('of several services the one that stands out is named', () => {
  const [title] = titles(`
//- /src/round.ts
export function round() {}
//- metrics
round: service=checkout calls=60 rate=1 p50=9ms p95=20ms
round: service=orders calls=600 rate=10 p50=1ms p95=2ms
round: service=web calls=300 rate=5 p50=1ms p95=2ms
`);
  assert.equal(title, '3 services: checkout 9× slower · p95 2.0 ms · 10/min · busiest of 3 services: orders');
});

test('why there is nothing: never called, switched off, and once where it is the same for all', () => {
  const idle = `
//- /src/cart.ts
export function idle() {}
//- metrics
idle: calls=0 rate=0
`;
  const { text, functions } = parseFixture(idle);
  functions[0]!.readings[0]!.stats.uncalledSeconds = 30 * 3_600;
  const said = (options: Partial<LensOptions>) =>
    codeLenses(text, functions, { ...LENS_OPTIONS, said: new WeakMap(), ...options })[0]?.title;
  assert.equal(said({}), 'never called in 30 hours');
  assert.equal(said({ isOff: () => true }), 'no data: measuring shop is switched off in production');
  checkLenses(
    `
//- /src/cart.ts
export function a() {}
export function b() {}
export function c() {}
//- metrics
other: calls=5
`,
    `
// ◂ no data: not in the running version 2.0.0
export function a() {}
export function b() {}
export function c() {}
`,
  );
});

const INNER = `
//- /src/cart.ts
export function load() {
  rows.map((row) => row);
  const inner = () => 1;
}
//- metrics
load: calls=60 rate=1 p95=20ms total=1s
load.rows.map#0: calls=60 rate=1 p95=10ms total=500ms
load.inner: calls=60 rate=1 p95=2us total=1ms
`;

test('functions inside others have a lens where they take time that is felt', () => {
  assert.deepEqual(titles(INNER), ['p95 20 ms · 1.0/min', 'p95 10 ms · 1.0/min']);
});

test('what stands stays, and nothing is added beside it but what is wrong', () => {
  const { functions } = parseFixture(INNER);
  const inner = functions.find(({ outlined }) => outlined.name.endsWith('inner'))!;
  const key = `${inner.outlined.name}@0`;
  assert.equal(titles(INNER, { shown: new Set([key]) }).length, 3);
  assert.deepEqual(titles(INNER, { mayAdd: false }), ['p95 20 ms · 1.0/min']);
  const news = titles(INNER, { mayAdd: false }, (name) =>
    name === inner.outlined.name ? [alert(inner.readings[0]!.stats, 'new-error')] : [],
  );
  assert.deepEqual(news, ['p95 20 ms · 1.0/min', '✖ new error since 2.0.0 · p95 2.0 µs · 1.0/min']);
});

test('numbers that are old say so', () => {
  assert.equal(titles(FIXTURE, { age: '2 h old' })[0], 'p95 58 ms · 1.2k/min · 2 h old');
});
