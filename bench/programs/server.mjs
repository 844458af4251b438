// An Express server that answers its own keep-alive clients: processor time a request (both sides), time to listen,
// memory. The sensor measures Express and all below it.

const loading = performance.now();
const { default: express } = await import('express');

import { Agent, get } from 'node:http';

const REQUESTS = 6_000;
const WARM_UP = 2_000;
const CLIENTS = 16;

const app = express();
app.use((request, _response, next) => {
  request.startedAt = Date.now();
  next();
});
app.get('/orders/:id', async (request, response) => {
  const lines = Array.from({ length: 20 }, (_, i) => ({ sku: `s${i}`, cents: i * 7 }));
  const total = lines.map((line) => line.cents).reduce((a, b) => a + b, 0);
  response.json({ id: request.params.id, lines, total });
});

const server = app.listen(0, '127.0.0.1', async () => {
  const startUp = performance.now() - loading;
  const agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  const { port } = server.address();
  const request = (id) =>
    new Promise((resolve, reject) => {
      get({ port, host: '127.0.0.1', path: `/orders/${id}`, agent }, (response) =>
        response.resume().on('end', resolve),
      ).on('error', reject);
    });
  const load = async (count) => {
    let left = count;
    const client = async () => {
      while (left-- > 0) await request(left);
    };
    await Promise.all(Array.from({ length: CLIENTS }, client));
  };
  await load(WARM_UP);
  const before = process.cpuUsage();
  await load(REQUESTS);
  const { user, system } = process.cpuUsage(before);
  agent.destroy();
  server.close();
  console.log(
    JSON.stringify({
      'time to listen': { value: startUp, unit: 'ms' },
      'processor a request': { value: (user + system) / REQUESTS, unit: 'µs' },
      memory: { value: process.memoryUsage.rss() / 2 ** 20, unit: 'MiB' },
    }),
  );
});
