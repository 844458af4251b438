import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLenses, LENS_OPTIONS, parseFixture } from '../testing/fixture.js';
import { codeLenses } from './code-lenses.js';

test('numbers stand over each function, at its indentation', () => {
  checkLenses(
    `
//- /src/cart.ts
export class Cart {
  add(item: string): void {}
  get total(): number { return 0; }
}
export const load = async () => {};
app.get('/cart', (request) => load());
//- metrics
Cart.add: calls=72000 rate=1200 p95=42ms errors=216
Cart.get total: calls=6 rate=0.1 p95=850ns
load: calls=204000000 rate=3400000 p95=1.24s
app.get'/cart'#1: calls=2520 rate=42 p95=18us
`,
    `
export class Cart {
  // ◂ p95 42 ms · 1.2k/min · 0.3 % errors
  add(item: string): void {}
  // ◂ p95 850 ns · 0.1/min
  get total(): number { return 0; }
}
// ◂ p95 1.2 s · 3.4M/min
export const load = async () => {};
// ◂ p95 18 µs · 42/min
app.get('/cart', (request) => load());
`,
  );
});

test('a slower function says since when', () => {
  checkLenses(
    `
//- /src/cart.ts
export function price() {}
export function tax() {}
//- metrics
price: calls=72000 rate=1200 p95=58ms slower=0.38 since=2.4.0
tax: calls=600 rate=10 p95=6ms errors=30 slower=4.6 since=2.0.0
`,
    `
// ◂ ▲ 38 % slower since 2.4.0 · p95 58 ms · 1.2k/min
export function price() {}
// ◂ ▲ 460 % slower since 2.0.0 · p95 6.0 ms · 10/min · 5.0 % errors
export function tax() {}
`,
  );
});

test('no number is a reason, never a zero', () => {
  checkLenses(
    `
//- /src/cart.ts
export function counted() {}
export function idle() {}
export function silent() {}
export function added() {}
export function running() { while (true); }
//- metrics
counted: calls=72000 rate=1200 untimed
idle: calls=0 rate=0
silent: calls=0 silent
removed: calls=5 version=1.0.0
running: calls=60 rate=1 untimed
`,
    `
// ◂ 1.2k/min
export function counted() {}
// ◂ not called in the last hour
export function idle() {}
// ◂ no data: shop sent nothing in the last hour
export function silent() {}
// ◂ no data: not in the running version 2.0.0
export function added() {}
// ◂ 1.0/min
export function running() { while (true); }
`,
  );
});

test('a function that only an older version had is not in the running one', () => {
  checkLenses(
    `
//- /src/cart.ts
export function add() {}
export function old() {}
//- metrics
add: calls=60 rate=1 p95=1ms
old: calls=60 rate=1 p95=1ms version=1.0.0
`,
    `
// ◂ p95 1.0 ms · 1.0/min
export function add() {}
// ◂ no data: not in the running version 2.0.0
export function old() {}
`,
  );
});

test('of a package only functions that were called are known', () => {
  checkLenses(
    `
//- /node_modules/money/round.js
export function round() {}
export function floor() {}
//- metrics
round: package=money calls=60 rate=1 p95=1ms
`,
    `
// ◂ p95 1.0 ms · 1.0/min
export function round() {}
// ◂ no data: not seen in the running version 2.0.0
export function floor() {}
`,
  );
});

test('a file that no service runs has no lenses', () => {
  checkLenses(
    `
//- /src/cart.ts
export function add() {}
//- metrics
`,
    `
export function add() {}
`,
  );
});

test('functions of one name are told apart only where there are as many of them', () => {
  checkLenses(
    `
//- /src/cart.ts
list.map((a) => a); list.map((b) => b);
rows.map((a) => a); rows.map((b) => b);
//- metrics
list.map#0: calls=60 rate=1 p95=1ms
list.map#0@1: calls=120 rate=2 p95=2ms
rows.map#0: calls=60 rate=1 p95=1ms
`,
    `
// ◂ p95 1.0 ms · 1.0/min
// ◂ p95 2.0 ms · 2.0/min
list.map((a) => a); list.map((b) => b);
rows.map((a) => a); rows.map((b) => b);
`,
  );
});

const TWO_SERVICES = `
//- /packages/money/round.ts
export function round() {}
export function floor() {}
//- metrics
round: service=checkout calls=60 rate=1 p95=1ms
floor: service=checkout calls=60 rate=1 p95=1ms
round: service=web calls=600 rate=10 p95=2ms
`;

test('of several services the busiest speaks', () => {
  checkLenses(
    TWO_SERVICES,
    `
// ◂ p95 2.0 ms · 10/min · busiest of 2 services: web
export function round() {}
// ◂ p95 1.0 ms · 1.0/min
export function floor() {}
`,
  );
});

const ENVIRONMENTS = `
//- /src/cart.ts
export function add() {}
//- metrics
add: environment=staging calls=6000 rate=100 p95=1ms
add: environment=production calls=60 rate=1 p95=2ms
`;

test('production is shown where it was called, the set environment wherever one is set', () => {
  checkLenses(ENVIRONMENTS, '// ◂ p95 2.0 ms · 1.0/min\nexport function add() {}');
  checkLenses(ENVIRONMENTS, '// ◂ p95 1.0 ms · 100/min\nexport function add() {}', { environment: 'staging' });
  checkLenses(ENVIRONMENTS, '// ◂ no data: shop does not run in qa\nexport function add() {}', { environment: 'qa' });
});

const SETTINGS = `
//- /src/cart.ts
export function busy() {}
export function rare() {}
export function idle() {}
export function added() {}
export function counted() {}
//- metrics
busy: calls=1000 rate=16 p50=1ms p95=2ms max=1s total=1.5s errors=10
rare: calls=9 rate=0.2 p50=1ms p95=2ms
idle: calls=0 rate=0
counted: calls=1000 rate=16 untimed
`;

test('codeLens.enabled, minimumCalls and the window are honoured', () => {
  const source = SETTINGS.split('//- metrics')[0]?.replace('//- /src/cart.ts', '') ?? '';
  checkLenses(SETTINGS, source, { enabled: false });
  checkLenses(
    SETTINGS,
    `
// ◂ p95 2.0 ms · 16/min · 1.0 % errors
export function busy() {}
export function rare() {}
export function idle() {}
export function added() {}
// ◂ 16/min
export function counted() {}
`,
    { minimumCalls: 10 },
  );
  checkLenses(
    `
//- /src/cart.ts
export function idle() {}
//- metrics
idle: calls=0 rate=0
`,
    '// ◂ not called in the last 15 minutes\nexport function idle() {}',
    { windowSeconds: 900 },
  );
});

test('a template names the numbers; a part without its number is left out', () => {
  checkLenses(
    SETTINGS,
    `
// ◂ median p50 1.0 ms · max 1.0 s · 1,000 calls · total 1.5 s · 1.0 % errors in production {p96}
export function busy() {}
// ◂ median p50 1.0 ms · max 180 ms · 9 calls · total 18 ms
export function rare() {}
// ◂ not called in the last hour
export function idle() {}
// ◂ no data: not in the running version 2.0.0
export function added() {}
// ◂ 1,000 calls
export function counted() {}
`,
    { template: 'median {p50} · {max} · {calls} · {total} · {errors} in {environment} {p96}' },
  );
  checkLenses(
    `
//- /src/cart.ts
export function counted() {}
//- metrics
counted: calls=1000 rate=16 untimed
`,
    '// ◂ 16/min\nexport function counted() {}',
    { template: '{p95}' },
  );
});

test('half-typed source keeps the lenses of what can be read', () => {
  checkLenses(
    `
//- /src/cart.ts
export function add() {}
export function (
export function total() { return
//- metrics
add: calls=60 rate=1 p95=1ms
`,
    `
// ◂ p95 1.0 ms · 1.0/min
export function add() {}
export function (
// ◂ no data: not in the running version 2.0.0
export function total() { return
`,
  );
});

test('at most eleven lenses on one line', () => {
  const calls = Array.from({ length: 13 }, (_, i) => `f${i}(() => ${i});`).join(' ');
  const metrics = Array.from({ length: 13 }, (_, i) => `f${i}#0: calls=60 rate=${i + 10} p95=1ms`).join('\n');
  const lenses = Array.from({ length: 11 }, (_, i) => `// ◂ p95 1.0 ms · ${i + 10}/min`).join('\n');
  checkLenses(`//- /src/cart.ts\n${calls}\n//- metrics\n${metrics}`, `${lenses}\n${calls}`);
});

test('the text is read once, not once a function', () => {
  const count = 2_000;
  const calls = Array.from({ length: count }, (_, index) => `function f${index}() {}`).join(' ');
  const metrics = Array.from({ length: count }, (_, index) => `f${index}: calls=1`).join('\n');
  const { text, functions } = parseFixture(`//- /src/a.ts\n${calls}\n//- metrics\n${metrics}`);
  assert.equal(functions.length, count);
  let read = 0;
  const { indexOf, lastIndexOf } = String.prototype;
  String.prototype.indexOf = function (this: string, what, from = 0) {
    const found = indexOf.call(this, what, from);
    read += (found === -1 ? this.length : found) - from;
    return found;
  };
  String.prototype.lastIndexOf = function (this: string, what, from = this.length) {
    const found = lastIndexOf.call(this, what, from);
    read += from - found;
    return found;
  };
  try {
    const options = { ...LENS_OPTIONS, template: '{calls}', namesEnvironment: true };
    assert.equal(codeLenses(text, functions, options).length, 11);
  } finally {
    Object.assign(String.prototype, { indexOf, lastIndexOf });
  }
  assert.ok(read < 10 * text.length, `${read} characters of ${text.length}`);
});

test('of overloads the implementation has the numbers', () => {
  checkLenses(
    `
//- /src/cart.ts
export function add(item: string): void;
export function add(item: number): void;
export function add(item: unknown): void {}
//- metrics
add: calls=100 rate=42 p95=1.5ms
`,
    `
export function add(item: string): void;
export function add(item: number): void;
// ◂ p95 1.5 ms · 42/min
export function add(item: unknown): void {}
`,
  );
});
