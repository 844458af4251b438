// Agents of test262: threads that get one script each, a shared buffer by broadcast, and report strings. The main
// side blocks where the interface says so, so nothing here waits for an event.

import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';

/** Shared cells: agents that run, and broadcasts that agents have received. */
export const STARTED = 0;
export const RECEIVED = 1;
const START_TIMEOUT_MS = 20_000;
const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** Blocks the thread, as the suite's hosts must. */
export function sleep(ms) {
  Atomics.wait(sleeper, 0, 0, ms);
}

const running = new Set();

/** Ends the threads that a test has left behind. */
export async function stopAgents() {
  const workers = [...running];
  running.clear();
  await Promise.all(workers.map((worker) => worker.terminate()));
}

/** True while an agent that was started may still report. */
export function hasAgents() {
  return running.size > 0;
}

/** `$262.agent` of the main thread. */
export function agentOf(mode) {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const agents = [];
  const reports = [];
  return {
    start(source) {
      const { port1, port2 } = new MessageChannel();
      const worker = new Worker(new URL('./agent-thread.mjs', import.meta.url), {
        workerData: { source: String(source), mode: mode.name, cells, port: port2 },
        transferList: [port2],
      });
      worker.unref();
      worker.on('error', () => {});
      running.add(worker);
      agents.push(port1);
      waitUntil(cells, STARTED, agents.length);
    },
    broadcast(buffer, number) {
      Atomics.store(cells, RECEIVED, 0);
      for (const port of agents) port.postMessage({ buffer, number });
      waitUntil(cells, RECEIVED, agents.length);
    },
    getReport() {
      for (const port of agents) {
        for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) reports.push(got.message);
      }
      return reports.shift() ?? null;
    },
    sleep,
    monotonicNow: () => performance.now(),
  };
}

function waitUntil(cells, cell, count) {
  const deadline = performance.now() + START_TIMEOUT_MS;
  for (let value = Atomics.load(cells, cell); value < count; value = Atomics.load(cells, cell)) {
    if (Atomics.wait(cells, cell, value, deadline - performance.now()) === 'timed-out') {
      throw new Error('an agent did not answer');
    }
  }
}
