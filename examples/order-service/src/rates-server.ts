// Stands in for the provider of tax and exchange rates: a program of its own, as far away as a call within a city.
// Port from PORT (default 4801, 0 for any free one). GET /tax/DE and /exchange/USD answer { "rate": "0.19" }.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const TAX: Record<string, string> = { DE: '0.19', FR: '0.20', IT: '0.22', ES: '0.21', NL: '0.21', AT: '0.20' };
const EXCHANGE: Record<string, string> = { EUR: '1', USD: '1.0842', GBP: '0.8561', CHF: '0.9527' };
const DISTANCE_MS = 4;

function rateFor(path: string): string | undefined {
  const [, kind, key = ''] = path.split('/');
  if (kind === 'tax') return TAX[key];
  if (kind === 'exchange') return EXCHANGE[key];
  return undefined;
}

const server = createServer(async (request, response) => {
  await delay(DISTANCE_MS);
  const rate = rateFor(new URL(request.url ?? '/', 'http://rates').pathname);
  response.writeHead(rate === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(rate === undefined ? { error: 'no such rate' } : { rate }));
});

server.listen(Number(process.env.PORT ?? 4801), '127.0.0.1', () => {
  console.log(`rates-server listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    server.close();
    server.closeAllConnections();
  });
}
