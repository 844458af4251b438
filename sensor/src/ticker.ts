// The coarse clock: a worker thread that writes the time into shared memory every two milliseconds, so that
// reading it costs a load. It parks when the program calls nothing, and never keeps the process alive.

import { Worker } from 'node:worker_threads';

/** Shared cells, Int32: the tick in ms modulo 2^31, and whether the ticker sleeps until it is woken. */
const TICK = 0;
const PARKED = 1;

/** Marks the ticker's own thread, in which nothing of the sensor must start. */
export const TICKER_THREAD = 'prodlens-ticker';

const TICK_MS = 2;
/** The tick is kept modulo 2^31: an Int32 that is never negative. */
export const TICK_RANGE = 0x7fffffff;

const THREAD = `
const { workerData: { cells, origin } } = require('node:worker_threads');
const sleep = new Int32Array(new SharedArrayBuffer(4));
for (;;) {
  if (cells[${PARKED}] === 1) Atomics.wait(cells, ${PARKED}, 1);
  const [s, ns] = process.hrtime(origin);
  cells[${TICK}] = (s * 1000 + Math.floor(ns / 1e6)) & ${TICK_RANGE};
  Atomics.wait(sleep, 0, 0, ${TICK_MS});
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
  const origin = process.hrtime();
  const worker = new Worker(THREAD, {
    eval: true,
    execArgv: [],
    env: {},
    name: TICKER_THREAD,
    stdout: true,
    stderr: true,
    workerData: { cells, origin, thread: TICKER_THREAD },
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
      // The tick stood still: a call that is entered by it now must not take the pause for its own.
      const [s, ns] = process.hrtime(origin);
      cells[TICK] = (s * 1000 + Math.floor(ns / 1e6)) & TICK_RANGE;
      Atomics.store(cells, PARKED, 0);
      Atomics.notify(cells, PARKED);
    },
    stop: () => void worker.terminate(),
  };
}
