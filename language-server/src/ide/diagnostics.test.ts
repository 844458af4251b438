import { test } from 'node:test';
import { checkDiagnostics } from '../testing/fixture.js';

const FIXTURE = `
//- /src/cart.ts
export class Cart {
  price(): number { return 1; }
  tax(): number { return 1; }
  fine(): number { return 1; }
}
app.post('/cart', async (request) => {
  throw 1;
});
//- metrics
Cart.price: calls=600 slower=4.6 since=2.0.0 before=1.1ms/312 after=6.2ms/287
Cart.tax: calls=300 errors=12
Cart.fine: calls=300 errors=2
app.post'/cart'#1: calls=30 errors=30
`;

test('slower and failing functions are warned of on their names', () => {
  checkDiagnostics(
    FIXTURE,
    `
export class Cart {
  // slower-since-deployment «price»: Cart.price is 460 % slower since 2.0.0: median 1.1 ms before (n = 312), 6.2 ms since (n = 287)
  price(): number { return 1; }
  // failing «tax»: Cart.tax failed in 12 of 300 calls in the last hour (4.0 %)
  tax(): number { return 1; }
  fine(): number { return 1; }
}
// failing «async (request) =>»: app.post'/cart'#1 failed in 30 of 30 calls in the last hour (100 %)
app.post('/cart', async (request) => {
  throw 1;
});
`,
  );
});

test('failing begins at one in a hundred and three in all', () => {
  checkDiagnostics(
    `
//- /src/cart.ts
export function atTheRate() {}
export function belowTheRate() {}
export function atTheCount() {}
export function belowTheCount() {}
//- metrics
atTheRate: calls=1000 errors=10
belowTheRate: calls=1001 errors=10
atTheCount: calls=3 errors=3
belowTheCount: calls=2 errors=2
`,
    `
// failing «atTheRate»: atTheRate failed in 10 of 1,000 calls in the last hour (1.0 %)
export function atTheRate() {}
export function belowTheRate() {}
// failing «atTheCount»: atTheCount failed in 3 of 3 calls in the last hour (100 %)
export function atTheCount() {}
export function belowTheCount() {}
`,
  );
});

test('of several services the one that is meant is named', () => {
  checkDiagnostics(
    `
//- /src/round.ts
export function round() {}
//- metrics
round: service=checkout calls=100 errors=5
round: service=web calls=300
`,
    `
// failing «round»: round failed in 5 of 100 calls in checkout in the last hour (5.0 %)
export function round() {}
`,
  );
});

test('diagnostics.enabled is honoured', () => {
  checkDiagnostics(FIXTURE, FIXTURE.split('//- metrics')[0]?.replace('//- /src/cart.ts', '') ?? '', { enabled: false });
});
