// Asks as editors and people do while the fleet reports, and notes how long each answer took. A program of its own, so
// that its own work (reading JSON) holds up neither the load nor the collector.
//
//   node questions.mjs URL SECONDS

import { Agent, request } from 'node:http';
import { WebSocket } from 'ws';
import { FLEET, fileName, randomNumbers, serviceName } from './fleet.mjs';

const [url, seconds] = process.argv.slice(2);
const agent = new Agent({ keepAlive: true });
const random = randomNumbers(99);
const pick = (count) => Math.floor(random() * count);
const WATCHED = 0;

/**
 * { path, everyMs } by name. The workspace is one that an editor has open. Nothing: how long a request takes in which
 * nothing is asked, because the collector, the sensors and this program share the processors.
 */
const QUESTIONS = {
  nothing: { everyMs: 60, path: () => '/healthz' },
  file: {
    everyMs: 60,
    path: () =>
      `/api/v1/functions?service=${serviceName(pick(FLEET.services))}&file=${encodeURIComponent(fileName(pick(FLEET.files)))}`,
  },
  workspace: { everyMs: 700, path: () => `/api/v1/functions?service=${serviceName(WATCHED)}&limit=1000` },
  top: { everyMs: 2_000, path: () => '/api/v1/functions?limit=20' },
  search: { everyMs: 1_000, path: () => `/api/v1/search?text=operation${pick(4_000)}` },
};

const end = performance.now() + seconds * 1_000;
const editor = watch(WATCHED);
const took = Object.fromEntries(Object.keys(QUESTIONS).map((name) => [name, []]));
const failures = [];
await Promise.all(
  Object.entries(QUESTIONS).map(async ([name, { everyMs, path }]) => {
    while (performance.now() < end) {
      const start = performance.now();
      const status = await ask(path());
      took[name].push(performance.now() - start);
      if (status !== 200) failures.push(`${name}: ${status}`);
      await new Promise((done) =>
        setTimeout(done, Math.max(0, everyMs * (0.5 + random()) - (performance.now() - start))),
      );
    }
  }),
);
editor.close();
process.send({ took, pushes: editor.pushes, failures: failures.slice(0, 5) });
process.exit(0);

function ask(path) {
  return new Promise((answered, failed) => {
    request(`${url}${path}`, { agent }, (response) => {
      response.resume();
      response.on('end', () => answered(response.statusCode));
    })
      .on('error', failed)
      .end();
  });
}

/** An editor with the whole of a service open. */
function watch(service) {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/ide`);
  const files = Array.from({ length: FLEET.files }, (_, i) => ({ service: serviceName(service), file: fileName(i) }));
  const editor = { pushes: 0, close: () => socket.terminate() };
  socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', windowSeconds: 3_600, files })));
  socket.on('message', () => {
    editor.pushes++;
  });
  return editor;
}
