// Load on a service, from a process of its own: as much as it takes (autocannon), or so many requests a second. At a
// fixed rate latency counts from the moment at which a request was due, so that a service that stalls cannot hide the
// requests that it kept waiting; autocannon sends a second's requests in one burst, so that is done here.

import { Agent, request } from 'node:http';
import autocannon from 'autocannon';

const CONNECTIONS = 24;
const JSON_TYPE = { 'content-type': 'application/json' };
const ORDER = JSON.stringify({ customer: 'c17', lines: [1, 2, 3, 5, 8].map((n) => ({ id: `p${n}`, count: n })) });

const MIX = [
  { method: 'GET', path: '/products/p17' },
  { method: 'GET', path: '/products?q=blue+lamp' },
  { method: 'POST', path: '/orders', headers: JSON_TYPE, body: ORDER },
  { method: 'GET', path: '/products/p230' },
  { method: 'GET', path: '/products?q=clock&page=1' },
  { method: 'POST', path: '/orders', headers: JSON_TYPE, body: JSON.stringify({ customer: '' }) },
];

process.on('message', async ({ port, seconds, rate }) => {
  const latenciesMs = [];
  const start = performance.now();
  const failed =
    rate === undefined ? await saturate(port, seconds, latenciesMs) : await paced(port, seconds, rate, latenciesMs);
  const lasted = (performance.now() - start) / 1000;
  latenciesMs.sort((a, b) => a - b);
  const at = (q) => latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * q))] ?? null;
  process.send({
    requests: latenciesMs.length,
    perSecond: latenciesMs.length / lasted,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    failed,
  });
});
process.on('disconnect', () => process.exit());
process.send({ ready: true });

/** Resolves with the number of requests that got no answer. */
function saturate(port, seconds, latenciesMs) {
  return new Promise((resolve, reject) => {
    const options = { url: `http://127.0.0.1:${port}`, connections: CONNECTIONS, duration: seconds, requests: MIX };
    const run = autocannon(options, (error, result) =>
      error ? reject(error) : resolve(result.errors + result.timeouts),
    );
    run.on('response', (_client, _status, _bytes, ms) => latenciesMs.push(ms));
  });
}

async function paced(port, seconds, rate, latenciesMs) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS * 4 });
  const start = performance.now();
  const count = Math.floor(seconds * rate);
  let failed = 0;
  let sent = 0;
  await new Promise((resolve) => {
    let open = count;
    const send = (index) => {
      const { body, ...what } = MIX[index % MIX.length];
      const due = start + (index * 1000) / rate;
      const end = (error) => {
        if (error) failed++;
        else latenciesMs.push(performance.now() - due);
        if (--open === 0) resolve();
      };
      request({ host: '127.0.0.1', port, agent, ...what }, (response) => response.resume().once('end', end))
        .once('error', end)
        .end(body);
    };
    const timer = setInterval(() => {
      const now = performance.now();
      while (sent < count && start + (sent * 1000) / rate <= now) send(sent++);
      if (sent === count) clearInterval(timer);
    }, 1);
  });
  agent.destroy();
  return failed;
}
