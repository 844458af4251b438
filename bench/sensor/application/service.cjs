// An HTTP service on Express or Fastify, in a process of its own. It tells its port, and answers 'usage' with the
// processor time that its process has taken.

const shop = require('./shop.cjs');

const FRAMEWORKS = { express: expressService, fastify: fastifyService };

function expressService(listening) {
  const express = require('express');
  const app = express();
  app.use(express.json());
  app.use((request, response, next) => {
    response.set('x-request', request.get('x-request') ?? 'none');
    next();
  });
  app.get('/products', (request, response) => {
    response.json(shop.searchProducts(String(request.query.q ?? ''), Number(request.query.page ?? 0)));
  });
  app.get('/products/:id', (request, response) => {
    const product = shop.findProduct(request.params.id);
    if (product) response.json(shop.present(product));
    else response.status(404).json({ error: 'no such product' });
  });
  app.post('/orders', async (request, response) => {
    const order = shop.parseOrder(request.body);
    if (order) response.status(201).json(await shop.placeOrder(order));
    else response.status(400).json({ error: 'not an order' });
  });
  const server = app.listen(0, '127.0.0.1', () => listening(server.address().port));
}

function fastifyService(listening) {
  const app = require('fastify')();
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request', request.headers['x-request'] ?? 'none');
  });
  app.get('/products', async (request) =>
    shop.searchProducts(String(request.query.q ?? ''), Number(request.query.page ?? 0)),
  );
  app.get('/products/:id', async (request, reply) => {
    const product = shop.findProduct(request.params.id);
    return product ? shop.present(product) : reply.code(404).send({ error: 'no such product' });
  });
  app.post('/orders', async (request, reply) => {
    const order = shop.parseOrder(request.body);
    if (order === null) return reply.code(400).send({ error: 'not an order' });
    return reply.code(201).send(await shop.placeOrder(order));
  });
  app.listen({ port: 0, host: '127.0.0.1' }).then(() => listening(app.server.address().port));
}

FRAMEWORKS[process.argv[2]]((port) => process.send({ port }));
process.on('message', (question) => {
  if (question !== 'usage') return;
  const { user, system } = process.cpuUsage();
  process.send({ cpuUs: user + system });
});
process.on('disconnect', () => process.exit());
