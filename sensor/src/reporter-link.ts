// The program's side of the reporter's thread: starts it, tells it what was loaded and when a window ends, and at the
// end of the process waits a moment for the last window to arrive.

import { fileURLToPath } from 'node:url';
import { debuglog } from 'node:util';
import { Worker } from 'node:worker_threads';
import { flowFacts } from './flow/current-flow.js';
import { after, every, wait } from './measure/clock.js';
import { CONTROL } from './measure/counters.js';
import type { CpuProfiler } from './measure/cpu-profiler.js';
import type { ProcessFacts } from './measure/process-facts.js';
import type { Runtime } from './measure/runtime.js';
import type { FromReporter, ReporterData, ToReporter } from './report/messages.js';

// Taken now: a program may replace it.
const { wait: waitFor } = Atomics;

const WINDOW_MS = 10_000;
/** Messages wait for others, so long and so many. */
const TELL_MS = 50;
const TELL_AT_ONCE = 200;
/** A service that has just started is seen sooner. */
const FIRST_WINDOW_MS = 2_000;
const FLUSH_TIMEOUT_MS = 5_000;
/** A process that ends waits no longer for its last window to be acknowledged. */
const END_TIMEOUT_MS = 2_000;

export interface ReporterLink {
  tell(message: ToReporter): void;
  /** Resolves when all that was counted until now is durable at the collector, or after 5 seconds. */
  flush(): Promise<void>;
  /** For the last moment of the process. */
  end(): void;
  stop(): void;
}

/** What goes on in the program's thread. */
export interface Measuring {
  runtime: Runtime;
  facts: ProcessFacts;
  /** Called when measuring begins, and when it goes on after it was switched off. */
  startProfiler(): CpuProfiler;
}

/** Throws where the thread cannot be started, for example because the process may not. */
export function startReporter(data: ReporterData, { runtime, facts, startProfiler }: Measuring): ReporterLink {
  const { control } = data.counters;
  const worker = new Worker(fileURLToPath(new URL('./reporter-thread.cjs', import.meta.url)), {
    execArgv: [],
    env: process.env.NODE_DEBUG ? { NODE_DEBUG: process.env.NODE_DEBUG } : {},
    name: data.thread,
    stdout: true,
    stderr: !debuglog('prodlens').enabled,
    workerData: data,
    transferList: data.loaderPort ? [data.loaderPort] : [],
    resourceLimits: { maxOldGenerationSizeMb: 512 },
  });
  worker.on('error', () => {});
  const waiting = new Map<number, () => void>();
  worker.on('message', ({ request }: FromReporter) => {
    waiting.get(request)?.();
    waiting.delete(request);
  });
  let isRunning = true;
  let requests = 0;
  worker.on('exit', () => {
    isRunning = false;
    for (const resolve of waiting.values()) resolve();
  });

  // Last: a listener counts for Node.
  worker.unref();

  // Programs load hundreds of modules in a row, and each message costs them time.
  let waitingToBeTold: ToReporter[] = [];
  const post = () => {
    if (isRunning && waitingToBeTold.length > 0) worker.postMessage(waitingToBeTold);
    waitingToBeTold = [];
  };
  const tell = (message: ToReporter) => {
    if (waitingToBeTold.length === 0) after(TELL_MS, post);
    if (waitingToBeTold.push(message) >= TELL_AT_ONCE) post();
  };
  /** What is told now goes at once, behind all that was told before. */
  const tellNow = (message: ToReporter) => {
    waitingToBeTold.push(message);
    post();
  };
  let profiler: CpuProfiler | null = null;
  const takeProfile = (mayStart: boolean) => {
    if (control[CONTROL.measuring] === 1) {
      if (mayStart) profiler ??= startProfiler();
      return profiler?.take() ?? null;
    }
    profiler?.stop();
    profiler = null;
    return null;
  };
  /** Starting the profiler holds the program: not while somebody waits, or at the end of the process. */
  const endWindow = (mayStartProfiler: boolean) => {
    runtime.startWindow();
    control[CONTROL.tickerCpuMs] = runtime.tickerCpuMs();
    return { process: facts.take(), profile: takeProfile(mayStartProfiler), flows: flowFacts() };
  };
  const report = () => tellNow({ type: 'window', ...endWindow(true) });
  after(FIRST_WINDOW_MS, () => {
    report();
    every(WINDOW_MS, report);
  });

  return {
    tell,
    flush: async () => {
      if (!isRunning) return;
      const request = ++requests;
      const answered = new Promise<void>((resolve) => waiting.set(request, resolve));
      tellNow({ type: 'flush', request, ...endWindow(false) });
      const limit = wait(FLUSH_TIMEOUT_MS);
      await Promise.race([answered, limit.done]);
      limit.cancel();
      waiting.delete(request);
    },
    end: () => {
      if (!isRunning) return;
      tellNow({ type: 'end', ...endWindow(false) });
      waitFor(control, CONTROL.ended, 0, END_TIMEOUT_MS);
    },
    stop: () => {
      tellNow({ type: 'stop' });
      profiler?.stop();
      isRunning = false;
    },
  };
}
