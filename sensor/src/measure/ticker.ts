// The coarse clock: a worker thread that writes the time into shared memory every few milliseconds, so that reading
// it costs a load. It parks when the program calls nothing, and never keeps the process alive. One serves all
// threads of a process that were started after it.
//
// A machine that is short of processors may hold the ticker up. Calls that begin while it stands still carry a time
// that is too old; the ticker notes how long it stood still, and their durations are taken from its end on.

import { getEnvironmentData, setEnvironmentData, Worker } from 'node:worker_threads';
import { now } from './clock.js';

// Taken now: a program may replace them.
const { store, notify } = Atomics;
const { floor, max } = Math;

/** Cells, Int32: the tick in ms modulo 2^31; whether the ticker sleeps until it is woken; the tick at which a thread last had calls; stalls noted so far. */
const TICK = 0;
const PARKED = 1;
const BUSY = 2;
const STALLS = 3;
/** Processor time of the ticker's thread, in ms. */
const CPU_MS = 4;
/** STALLS_KEPT pairs: the tick before a stall, and its length in ms. */
const STALL_PAIRS = 5;
const STALLS_KEPT = 8;
const CELLS = STALL_PAIRS + 2 * STALLS_KEPT;

/** Marks the sensor's own threads, in which nothing of the sensor must start. */
export const SENSOR_THREAD = 'prodlens-sensor';

const TICK_MS = 8;
/** Ticks from one reading of its own processor time to the next. */
const CPU_EVERY = 500;
/** The ticker parks when no thread has had a call for so long. */
const IDLE_MS = 12_000;
/** The tick is kept modulo 2^31: an Int32 that is never negative. */
const TICK_RANGE = 0x7fffffff;

const THREAD = `
const { workerData: { cells, origin } } = require('node:worker_threads');
const { readFileSync } = require('node:fs');
// proc(5): fields 14 and 15 of a thread's stat, in hundredths of a second.
const cpuMs = () => {
  if (process.threadCpuUsage) return (process.threadCpuUsage().user + process.threadCpuUsage().system) / 1e3;
  const fields = readFileSync('/proc/thread-self/stat', 'utf8').replace(/^.*\\) /, '').split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
};
const sleep = new Int32Array(new SharedArrayBuffer(4));
for (let turn = 0; ; turn++) {
  const parked = cells[${PARKED}] === 1;
  if (parked) Atomics.wait(cells, ${PARKED}, 1);
  const [s, ns] = process.hrtime(origin);
  const tick = (s * 1000 + Math.floor(ns / 1e6)) & ${TICK_RANGE};
  if (tick - cells[${TICK}] > ${3 * TICK_MS} && !parked) {
    const at = ${STALL_PAIRS} + 2 * (cells[${STALLS}] % ${STALLS_KEPT});
    cells[at] = cells[${TICK}];
    cells[at + 1] = tick - cells[${TICK}];
    Atomics.store(cells, ${STALLS}, (cells[${STALLS}] + 1) & ${TICK_RANGE});
  }
  cells[${TICK}] = tick;
  if (turn % ${CPU_EVERY} === 0) try { cells[${CPU_MS}] = cpuMs(); } catch {}
  Atomics.wait(sleep, 0, 0, ${TICK_MS});
}`;

interface Shared {
  cells: Int32Array;
  /** process.hrtime() at tick 0. */
  origin: [number, number];
}

export interface Ticker {
  /** [0] is the tick. */
  cells: Int32Array;
  /** Duration, in ms, of a call that began at this tick and ends now. Off by half a tick at most. */
  sinceMs(startTick: number): number;
  /** Number of the ticker's thread; null where another isolate started it. */
  threadId: number | null;
  /** Processor time of the ticker's own thread so far, in ms; 0 where another isolate started it. */
  cpuMs(): number;
  /** Says whether this thread has had calls since it said so last; parks the ticker when none has any. */
  report(hadCalls: boolean): void;
  /** Cheap where it already runs. */
  wake(): void;
  stop(): void;
}

/** Joins the ticker of this process, or starts it. */
export function startTicker(): Ticker {
  const running = getEnvironmentData(SENSOR_THREAD) as Shared | undefined;
  const shared = running ?? { cells: new Int32Array(new SharedArrayBuffer(CELLS * 4)), origin: process.hrtime() };
  const worker = running ? null : startThread(shared);
  if (worker) setEnvironmentData(SENSOR_THREAD, shared as never);
  const { cells, origin } = shared;
  const [s, ns] = process.hrtime(origin);
  /** The precise clock's time at tick 0. */
  const originMs = now() - (s * 1000 + ns / 1e6);

  const write = () => {
    cells[TICK] = floor(now() - originMs) & TICK_RANGE;
  };
  return {
    cells,
    threadId: worker?.threadId ?? null,
    sinceMs: (startTick) => {
      const elapsedMs = now() - originMs;
      const whole = floor(elapsedMs);
      const sinceTick = (((whole & TICK_RANGE) - startTick) & TICK_RANGE) + (elapsedMs - whole);
      return max(sinceTick - max(TICK_MS / 2, stallAt(cells, startTick)), 0);
    },
    cpuMs: () => (worker ? cells[CPU_MS]! : 0),
    report: (hadCalls) => {
      if (hadCalls) cells[BUSY] = cells[TICK]!;
      else if (((cells[TICK]! - cells[BUSY]!) & TICK_RANGE) > IDLE_MS) cells[PARKED] = 1;
    },
    wake: () => {
      if (cells[PARKED] === 0) return;
      // The tick stood still: a call that is entered by it now must not take the pause for its own.
      write();
      store(cells, PARKED, 0);
      notify(cells, PARKED);
    },
    stop: () => void worker?.terminate(),
  };
}

function startThread(shared: Shared): Worker {
  const worker = new Worker(THREAD, {
    eval: true,
    execArgv: [],
    env: {},
    name: SENSOR_THREAD,
    stdout: true,
    stderr: true,
    workerData: { ...shared, thread: SENSOR_THREAD },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 1, stackSizeMb: 1 },
  });
  worker.unref();
  worker.on('error', () => {});
  return worker;
}

/** How long the ticker stood still behind this tick, in ms; 0 where it did not. */
function stallAt(cells: Int32Array, tick: number): number {
  for (let i = 0; i < STALLS_KEPT; i++) {
    const at = STALL_PAIRS + 2 * i;
    if (cells[at] === tick && cells[at + 1]! > 0) return cells[at + 1]!;
  }
  return 0;
}
