// The coarse clock: a worker thread that writes the time into shared memory once a millisecond, so that reading
// it costs a load. It parks when the program calls nothing, and never keeps the process alive.

import { Worker } from 'node:worker_threads';

/** Shared cells, Int32: the tick in ms modulo 2^31, and whether the ticker sleeps until it is woken. */
const TICK = 0;
const PARKED = 1;

/** Marks the ticker's own thread, in which nothing of the sensor must start. */
export const TICKER_THREAD = 'prodlens-ticker';

const THREAD = `
const { workerData: { cells, origin } } = require('node:worker_threads');
const sleep = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  Atomics.wait(cells, ${PARKED}, 1);
  const [s, ns] = process.hrtime(origin);
  cells[${TICK}] = (s * 1000 + Math.floor(ns / 1e6)) & 0x7fffffff;
  Atomics.wait(sleep, 0, 0, 1);
}`;

export interface Ticker {
  /** [0] is the tick, in ms modulo 2^31. */
  cells: Int32Array;
  park(): void;
  /** Cheap where it already runs. */
  wake(): void;
  stop(): void;
}

export function startTicker(): Ticker {
  const cells = new Int32Array(new SharedArrayBuffer(8));
  const worker = new Worker(THREAD, {
    eval: true,
    execArgv: [],
    env: {},
    name: TICKER_THREAD,
    workerData: { cells, origin: process.hrtime(), thread: TICKER_THREAD },
  });
  worker.unref();
  worker.on('error', () => {});
  return {
    cells,
    park: () => {
      cells[PARKED] = 1;
    },
    wake: () => {
      if (cells[PARKED] === 0) return;
      Atomics.store(cells, PARKED, 0);
      Atomics.notify(cells, PARKED);
    },
    stop: () => void worker.terminate(),
  };
}
