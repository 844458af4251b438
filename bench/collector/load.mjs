// The load generator, a program of its own: every instance of the fleet has a socket, names its functions and sends a
// window every ten seconds, spread evenly over them. Says { ready }, and after the time { windows, rows, lagsMs, … }.
//
//   node load.mjs URL SECONDS

import { pack, unpack } from 'msgpackr';
import { WebSocket } from 'ws';
import { FLEET, functions, hello, windowFrame } from './fleet.mjs';

const [url, seconds] = process.argv.slice(2);
const named = pack({ type: 'functions', functions: functions(FLEET) });

async function connect(service, instance) {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/v1/sensor`, { perMessageDeflate: false });
  const sentAt = new Map();
  const sensor = { sent: 0, acknowledged: 0, lagsMs: [], send: () => {}, failure: null };
  const { frame, next } = windowFrame(FLEET, 1 + service * FLEET.instances + instance);
  sensor.send = () => {
    sentAt.set(next(), performance.now());
    sensor.sent++;
    // The frame is numbered in place for the next window, which may be before this one has left.
    socket.send(Buffer.from(frame));
  };
  await new Promise((welcome, failed) => {
    socket.on('open', () => socket.send(pack(hello(service, instance))));
    socket.on('error', failed);
    socket.on('close', (code, reason) => {
      sensor.failure ??= `closed with ${code} ${reason}`;
    });
    socket.on('message', (data) => {
      const message = unpack(data);
      if (message.type === 'configure') welcome();
      if (message.type === 'error') sensor.failure = `${message.code}: ${message.message}`;
      if (message.type !== 'ack') return;
      sensor.acknowledged++;
      sensor.lagsMs.push(performance.now() - sentAt.get(message.sequence));
      sentAt.delete(message.sequence);
    });
  });
  socket.send(named);
  return sensor;
}

const sensors = [];
for (let instance = 0; instance < FLEET.instances; instance++) {
  for (let service = 0; service < FLEET.services; service++) sensors.push(await connect(service, instance));
}
// The first window is answered when the names before it are stored: nobody waits for names while it is measured.
for (const sensor of sensors) sensor.send();
while (sensors.some((sensor) => sensor.acknowledged === 0)) await later(50);
process.send({ ready: true });

const start = performance.now();
const firstSent = sensors.length;
const step = FLEET.windowMs / sensors.length;
for (let turn = 0; turn * step < seconds * 1_000; turn++) {
  const due = start + turn * step - performance.now();
  if (due > 0) await later(due);
  sensors[turn % sensors.length].send();
}
const elapsedMs = performance.now() - start;
const waiting = sensors.reduce((sum, { sent, acknowledged }) => sum + sent - acknowledged, 0);
const deadline = performance.now() + 60_000;
while (performance.now() < deadline && sensors.some((s) => s.acknowledged < s.sent && s.failure === null))
  await later(20);
process.send({
  elapsedMs,
  rows: (sensors.reduce((sum, { acknowledged }) => sum + acknowledged, 0) - firstSent) * FLEET.rows,
  waitingAtEnd: waiting,
  lagsMs: sensors.flatMap(({ lagsMs }) => lagsMs.slice(1)),
  failures: sensors.flatMap(({ failure }) => failure ?? []),
});
process.exit(0);

function later(ms) {
  return new Promise((done) => setTimeout(done, ms));
}
