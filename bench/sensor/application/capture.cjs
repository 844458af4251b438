// A service that has things to capture: requests with a body that go through ten functions, five queries and twenty log
// lines, then throw, or answer after more than a second. Every capture is the first of its kind in the process, as the
// sensor's budget wants it, and so runs on code that V8 has hardly seen, as captures do.
//
// It asks itself, one request after the other, and tells for each what the end of the request held its thread, from the
// event by which Node says that the answer is out: that is where the sensor takes its captures.

const { DatabaseSync } = require('@photostructure/sqlite');
const express = require('express');
const { request } = require('node:http');
const { setTimeout: wait } = require('node:timers/promises');
const { handedOverMs, startClock } = require('./capture-clock.cjs');

const WELL = 200;
const CAPTURES = 10;
/** Longer than what is slow of a request that nobody knows yet. */
const SLOW_MS = 1_020;
/** So that each capture is handed over by itself. */
const APART_MS = 120;

const database = new DatabaseSync(':memory:');
// Else it is collected with its statements still in use, and closed.
exports.database = database;
database.exec('CREATE TABLE stock (sku TEXT, warehouse TEXT, available INTEGER, price REAL, updated TEXT)');
const insert = database.prepare('INSERT INTO stock VALUES (?, ?, ?, ?, ?)');
for (let i = 0; i < 100; i++) insert.run(`sku-${i}`, `warehouse ${i % 5}`, i, i * 1.25, '2026-01-01T00:00:00.000Z');
const select = database.prepare(
  'SELECT sku, warehouse, available, price, updated FROM stock WHERE warehouse = ? LIMIT 20',
);

class RefusedError extends Error {
  constructor(message, order) {
    super(message, { cause: new RangeError('the limit of the customer is reached') });
    this.name = 'RefusedError';
    this.code = 'REFUSED';
    this.order = order;
  }
}

// The innermost functions: the budget is four captures of one function.
const LAST = {
  well: [(_order, stock) => stock.length],
  error: [
    (order, stock) => {
      throw new RefusedError(`nothing of ${stock.length} is left`, order);
    },
    (order, stock) => {
      throw new RefusedError(`only ${stock.length} are left`, order);
    },
    (order, stock) => {
      throw new RefusedError(`${stock.length} have gone`, order);
    },
  ],
  slow: [
    async (_order, stock) => stock[await wait(SLOW_MS, 0)],
    async (_order, stock) => stock[await wait(SLOW_MS, 1)],
    async (_order, stock) => stock[await wait(SLOW_MS, 2)],
  ],
};

function readStock(warehouse) {
  return select.all(warehouse);
}

function log(order, step) {
  console.info('order %s of %s', order.id, order.customer.name, { step, lines: order.lines.length });
}

async function handle(order, number, kind) {
  for (let i = 0; i < 10; i++) log(order, i);
  return place(order, { number, kind });
}
async function place(order, settings) {
  for (let i = 0; i < 10; i++) log(order, i);
  return reserve(order, settings);
}
async function reserve(order, settings) {
  const stock = ['warehouse 0', 'warehouse 1', 'warehouse 2', 'warehouse 3', 'warehouse 4'].map(readStock);
  return price(order, settings, stock);
}
async function price(order, settings, stock) {
  return discount(order, settings, stock, 0.1);
}
async function discount(order, settings, stock, share) {
  return ship(order, settings, stock, new Map([['discount', share]]));
}
async function ship(order, settings, stock, facts) {
  return invoice(order, settings, stock, facts);
}
async function invoice(order, settings, stock, facts) {
  return settle(order, settings, stock, facts);
}
async function settle(order, settings, stock, facts) {
  return decide(order, settings, stock, facts);
}
async function decide(order, { number, kind }, stock) {
  const last = LAST[kind];
  return last[number % last.length](order, stock.flat());
}

/** What the ends of requests took, in ms, in their order. */
let endsMs = [];
function measureEnd(_request, response, next) {
  let heldMs = () => Number.NaN;
  response.prependListener('finish', () => {
    heldMs = startClock();
  });
  response.on('finish', () => {
    endsMs.push(heldMs());
  });
  next();
}

const app = express().use(measureEnd, express.json());
for (const kind of ['well', 'error', 'slow']) {
  for (let number = 0; number < CAPTURES; number++) {
    app.post(`/${kind}/${number}/:id`, async (request, response) => {
      response.json(await handle(request.body, number, kind));
    });
  }
}
app.use((error, _request, response, _next) => response.status(500).json({ error: error.message }));

const ORDER = {
  id: 'order-4711',
  customer: {
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    address: { street: 'St James 12', city: 'London', zip: '4711' },
  },
  payment: { method: 'card', card: '4111111111111111', token: 'tok_live_something_long_enough' },
  notes: 'please leave it at the door. '.repeat(8),
  lines: Array.from({ length: 12 }, (_, i) => ({
    sku: `sku-${i}`,
    quantity: i + 1,
    gift: i % 3 === 0,
    price: i * 2.5,
  })),
};

function ask(port, path) {
  const body = JSON.stringify(ORDER);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  return new Promise((resolve, reject) => {
    request({ port, host: '127.0.0.1', method: 'POST', path, headers }, (response) =>
      response.resume().once('end', resolve),
    )
      .once('error', reject)
      .end(body);
  });
}

async function ends(port, kind, count) {
  endsMs = [];
  const asked = [];
  for (let i = 0; i < count; i++) {
    const answer = ask(port, `/${kind}/${i % CAPTURES}/${i}?full=1&page=${i}`);
    asked.push(answer);
    await (kind === 'well' ? answer : wait(APART_MS));
  }
  await Promise.all(asked);
  // The last answer may be here before the server has heard that it is out.
  await wait(APART_MS);
  return endsMs;
}

const server = app.listen(0, '127.0.0.1', async () => {
  const { port } = server.address();
  const well = await ends(port, 'well', WELL);
  const usual = well.sort((a, b) => a - b)[WELL / 2];
  const result = { usualMs: usual, captures: 0 };
  for (const kind of ['error', 'slow']) {
    const before = handedOverMs.length;
    const took = await ends(port, kind, CAPTURES);
    const handed = handedOverMs.slice(before);
    result[kind] = took.map((ms, i) => ({ takenMs: ms - usual, handedOverMs: handed[i] ?? 0 }));
    result.captures += handed.length;
  }
  process.send(result, () => process.exit());
});
