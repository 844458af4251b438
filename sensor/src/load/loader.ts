// Puts the transform on the way of every module, last, on the text that V8 would compile. Two places see such text:
// Module.prototype._compile, for what require() and the program's entry load (compile-hook.ts), and the loader
// hooks, for ES modules and for CommonJS that another tool's hooks have rewritten (load-hook.ts). The hooks run in
// this thread where Node has them there (module.registerHooks), else in the loader's own thread, and not before
// somebody else starts that, as long as ES modules can be had where Node reads them (read-hook.ts). Where one of the
// places cannot be had, because it is frozen or forbidden, the program is loaded from there as it is.

import module from 'node:module';
import { isMainThread, MessageChannel, type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { Counters } from '../measure/counters.js';
import { hookCompile, hookReading, type Reading } from './compile-hook.js';
import { type LoadContext, type LoadResult, transformLoaded } from './load-hook.js';
import { afterEach } from './outermost.js';
import { areReadHere, hookReads } from './read-hook.js';
import type { ReadStack } from './stack-trace.js';
import { createTransform, type Transform, type TransformEvents, type TransformSettings } from './transform.js';
import { prepareStripping } from './typescript-text.js';

/** What the loader's thread is given; see loader-thread.ts. */
export interface LoaderThreadData {
  settings: TransformSettings;
  counters: Counters;
  toReporter: MessagePort;
  /** Takes [path, columns]; see TransformEvents. */
  toProgram: MessagePort;
}

export interface Loader {
  /** Takes in the columns that the loader's thread has reported since. */
  drain(): void;
}

interface SyncHooks {
  load(url: string, context: LoadContext, next: (url: string, context: LoadContext) => LoadResult): LoadResult;
}

/** What newer Nodes have. */
const { registerHooks } = module as { registerHooks?: (hooks: SyncHooks) => { deregister(): void } };

/** Whether this is the thread of the loader hooks, in which nothing else of the sensor must start. */
export function isLoaderThread(): boolean {
  // Node's thread for loader hooks runs what --require names, this package among it. It alone has no port.
  return !isMainThread && parentPort === null;
}

/** What the loader's own thread needs, and what tells whether it does. */
export interface OwnThread {
  /** What it has to tell the reporter. */
  toReporter: MessagePort;
  /** See areReadHere. */
  tickerThread: number | null;
  readStack: ReadStack;
}

/** Never throws. */
export function installLoader(
  settings: TransformSettings,
  counters: Counters,
  { toReporter, tickerThread, readStack }: OwnThread,
  events: TransformEvents,
): Loader {
  const transform = createTransform(settings, counters, events);
  attempt(prepareStripping);
  const reading = registerHooks && hooksInThisThread(registerHooks, transform);
  attempt(() => hookCompile(transform, reading));
  if (reading) {
    reading.ends();
    attempt(() => hookReading(reading));
    attempt(() => afterEach('registerHooks', reading.again));
  }
  const { port, start } = hooksInTheirThread(settings, counters, toReporter);
  if (!registerHooks) {
    const isRead = areReadHere(tickerThread) && attempt(() => hookReads(transform, readStack, start));
    if (!isRead) attempt(start);
    attempt(() => afterEach('register', start));
  }
  attempt(module.syncBuiltinESMExports);
  return {
    drain: () => {
      if (registerHooks) return;
      for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
        events.columns(...(got.message as [string, Uint8Array]));
      }
    },
  };
}

/** Whether it did not throw. */
function attempt(step: () => void): boolean {
  try {
    step();
    return true;
  } catch {
    return false;
  }
}

/**
 * Hooks that are there but while Node reads a module for require(): they let that through, and Node would keep its text,
 * beside the instrumented one, for as long as the module lives.
 */
function hooksInThisThread(
  register: NonNullable<typeof registerHooks>,
  transform: Transform,
): Reading & { again(): void } {
  const hooks: SyncHooks = {
    load: (url, context, next) => transformLoaded(url, context, next(url, context), transform),
  };
  let registered: { deregister(): void } | null = null;
  const begins = () => {
    registered?.deregister();
    registered = null;
  };
  const ends = () => {
    attempt(() => {
      registered ??= register(hooks);
    });
  };
  return {
    begins,
    ends,
    again: () => {
      begins();
      ends();
    },
  };
}

/** `start` puts them outside of all that were registered until then; `port` takes columns. */
function hooksInTheirThread(
  settings: TransformSettings,
  counters: Counters,
  toReporter: MessagePort,
): { port: MessagePort; start(): void } {
  const { register } = module;
  const hooks = new URL('./loader-thread.mjs', import.meta.url);
  const { port1, port2 } = new MessageChannel();
  let isStarted = false;
  return {
    port: port1,
    start: () => {
      if (isStarted) return register(hooks);
      isStarted = true;
      const data: LoaderThreadData = { settings, counters, toReporter, toProgram: port2 };
      register(hooks, { data, transferList: [port2, toReporter] });
      port1.unref();
    },
  };
}
