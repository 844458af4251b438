// The services' own code: a shop's catalogue and orders, as handlers of any framework call it. Search and prices take
// some processor time, an order waits for a timer as for a database and reads a file.

const { readFile } = require('node:fs/promises');
const { setTimeout: wait } = require('node:timers/promises');
const { z } = require('zod');

const STORE_MS = 2;

const products = Array.from({ length: 400 }, (_, i) => ({
  id: `p${i}`,
  name: `${['Blue', 'Small', 'Heavy', 'Round'][i % 4]} ${['lamp', 'chair', 'kettle', 'rug', 'clock'][i % 5]} ${i}`,
  cents: 500 + ((i * 7919) % 9000),
  tags: [`t${i % 7}`, `t${i % 11}`],
}));
const byId = new Map(products.map((product) => [product.id, product]));

const Order = z.object({
  customer: z.string().min(1).max(80),
  lines: z.array(z.object({ id: z.string(), count: z.number().int().positive().max(100) })).min(1),
  coupon: z.string().optional(),
});

function findProduct(id) {
  return byId.get(id);
}

function searchProducts(words, page) {
  const wanted = words.toLowerCase().split(' ').filter(isWord);
  const found = products
    .map((product) => ({ product, score: scoreOf(product, wanted) }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.product.cents - b.product.cents);
  return { total: found.length, items: found.slice(page * 20, page * 20 + 20).map(({ product }) => present(product)) };
}

function isWord(word) {
  return word.length > 1;
}

function scoreOf(product, wanted) {
  const name = product.name.toLowerCase();
  let score = 0;
  for (const word of wanted) if (name.includes(word)) score += word.length;
  return score;
}

function present({ id, name, cents, tags }) {
  return { id, name, price: (cents / 100).toFixed(2), tags };
}

function parseOrder(body) {
  const parsed = Order.safeParse(body);
  return parsed.success ? parsed.data : null;
}

async function placeOrder(order) {
  const lines = order.lines.map(priceLine).filter(Boolean);
  const total = lines.reduce(addCents, 0);
  await store();
  const terms = await readTerms();
  return { customer: order.customer, lines, total: discounted(total, order.coupon), terms: terms.length };
}

function priceLine({ id, count }) {
  const product = findProduct(id);
  return product && { id, count, cents: product.cents * count };
}

function addCents(sum, line) {
  return sum + line.cents;
}

function discounted(cents, coupon) {
  return coupon === undefined ? cents : Math.round(cents * 0.9);
}

async function store() {
  await wait(STORE_MS);
}

async function readTerms() {
  return readFile(__filename, 'utf8');
}

const shop = { findProduct, searchProducts, present, parseOrder, placeOrder };
const wrap = globalThis.benchWrap;
if (wrap !== undefined) for (const [name, wrapped] of Object.entries(shop)) shop[name] = wrap(name, wrapped);
module.exports = shop;
