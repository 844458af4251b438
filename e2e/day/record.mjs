// Real time: both versions of the example, each under the real sensor with customers of its own, beside each other so
// that whatever else the machine does falls on both alike. What the sensors send passes through here on its way to a
// real collector and is kept: it is what the rest of the day is made of.

import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { unpack } from 'msgpackr';
import { WebSocket, WebSocketServer } from 'ws';
import { deploy } from '../../examples/order-service/deploy.mjs';
import { traffic } from '../../examples/order-service/traffic.mjs';
import { cleanEnvironment, startNode } from '../../scripts/programs.mjs';
import { ROOT } from '../../scripts/setup.mjs';

const VERSIONS = ['1.0.0', '2.0.0'];
const REQUESTS_PER_SECOND = 20;

/**
 * Runs for `seconds`. Resolves with { recordings, report }: of each version { version, folder: where it is deployed,
 * hello, functions, endpoints, windows, snapshots } as the sensor sent them, and what the collector made of it.
 * `running` gets each program as it starts, for whoever has to end them early.
 */
export async function record({ folder, seconds, signal, running, note }) {
  const start = (name, args, env, ready) =>
    startNode(name, args, { env: { ...cleanEnvironment(), ...env }, ready, onStart: (it) => running.push(it) });
  note('deploying');
  const folders = VERSIONS.map((version) => join(folder, version));
  const entries = await Promise.all(VERSIONS.map((version, i) => deploy(version, folders[i])));
  const cli = [join(ROOT, 'collector/dist/cli.js'), 'up', '--port', '0', '--data', join(folder, 'data'), '--json'];
  const collector = await start('collector', cli, {}, (line) => line.startsWith('{') && JSON.parse(line).url);
  const listening = (line) => line.match(/listening on (http:\S+)/)?.[1];
  const rates = await start('rates-server', [join(folders[0], 'dist/rates-server.js')], { PORT: '0' }, listening);
  const between = await recorder(collector.ready);
  const leave = new AbortController();
  const stop = AbortSignal.any([leave.signal, signal]);
  const services = await Promise.all(
    entries.map((entry, i) =>
      start(
        `order-service ${VERSIONS[i]}`,
        ['--import', import.meta.resolve('@prodlens/sensor/register'), entry],
        {
          PORT: '0',
          DATA_DIR: join(folder, `orders-${i}`),
          RATES_URL: rates.ready,
          PRODLENS_URL: between.url,
          PRODLENS_ENVIRONMENT: 'production',
        },
        listening,
      ),
    ),
  );
  const visits = services.map(({ ready: url }) => traffic({ url, signal: stop, ratePerSecond: REQUESTS_PER_SECOND }));
  for (let s = 0; s < seconds; s++) {
    note(`${s} of ${seconds} s of traffic, ${between.windows()} windows`);
    await delay(1_000, undefined, { signal });
  }
  leave.abort();
  const answered = await Promise.all(visits);
  // A service that ends by itself hands in its last window.
  for (const service of services) await service.stop();
  const recordings = (await between.recordings())
    .map((one) => ({ ...one, folder: folders[VERSIONS.indexOf(one.hello.version)] }))
    .sort((a, b) => a.hello.version.localeCompare(b.hello.version));
  const stored = await Promise.all(recordings.map(({ hello }) => storedCalls(collector.ready, hello)));
  await between.close();
  for (const program of [rates, collector]) await program.stop();
  return { recordings, report: { answered, stored } };
}

/** Passes frames on between sensors and the collector, and keeps what sensors say. */
async function recorder(collectorUrl) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const sensors = [];
  server.on('connection', (sensor) => {
    const kept = { hello: null, functions: [], endpoints: [], windows: [], snapshots: [] };
    const collector = new WebSocket(`${collectorUrl.replace(/^http/, 'ws')}/v1/sensor`);
    const opened = once(collector, 'open');
    const unanswered = new Set();
    let hasLeft = false;
    // A sensor whose process ends waits two seconds for the last answer; on a busy machine that may be too short.
    const leave = () => hasLeft && unanswered.size === 0 && collector.close();
    sensors.push({ kept, left: once(collector, 'close') });
    sensor.on('message', async (data, binary) => {
      const message = unpack(data);
      keep(kept, message);
      if (message.type === 'window') unanswered.add(message.sequence);
      await opened;
      collector.send(data, { binary });
    });
    collector.on('message', (data, binary) => {
      const message = unpack(data);
      if (message.type === 'ack') unanswered.delete(message.sequence);
      if (sensor.readyState === sensor.OPEN) sensor.send(data, { binary });
      leave();
    });
    sensor.on('close', () => {
      hasLeft = true;
      leave();
    });
    collector.on('close', () => sensor.close());
    for (const socket of [sensor, collector]) socket.on('error', () => socket.terminate());
  });
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    windows: () => sensors.reduce((sum, { kept }) => sum + kept.windows.length, 0),
    /** When every sensor has left and each of its windows is answered. */
    async recordings() {
      await Promise.all(sensors.map(({ left }) => left));
      const said = sensors.map(({ kept }) => kept).filter(({ hello }) => hello !== null);
      const instances = [...new Set(said.map(({ hello }) => hello.instance))];
      return instances.map((instance) => whole(said.filter(({ hello }) => hello.instance === instance)));
    },
    close: () => new Promise((done) => server.close(done)),
  };
}

/**
 * What a sensor said over one connection or several: on a busy machine one may be lost, and then it names everything
 * anew and sends again what was not answered.
 */
export function whole(parts) {
  const distinct = (key, identity) => [
    ...new Map(parts.flatMap((one) => one[key]).map((it) => [it[identity], it])).values(),
  ];
  return {
    hello: parts[0].hello,
    functions: distinct('functions', 'id'),
    endpoints: distinct('endpoints', 'id'),
    windows: distinct('windows', 'sequence'),
    snapshots: distinct('snapshots', 'id'),
  };
}

function keep(kept, message) {
  switch (message.type) {
    case 'hello':
      kept.hello = message;
      break;
    case 'functions':
      kept.functions.push(...message.functions);
      break;
    case 'endpoints':
      kept.endpoints.push(...message.endpoints);
      break;
    case 'window':
      kept.windows.push(message);
      break;
    case 'snapshot':
      kept.snapshots.push(message.snapshot);
      break;
  }
}

/** What the collector says of a version: calls of all its functions. */
async function storedCalls(url, { service, version }) {
  const query = new URLSearchParams({ service, version, window: '1h', limit: '1000' });
  const response = await fetch(`${url}/api/v1/functions?${query}`);
  if (!response.ok) throw new Error(`the collector answered ${response.status}: ${await response.text()}`);
  const { functions } = await response.json();
  return functions.reduce((sum, { calls }) => sum + calls, 0);
}
