// Puts the transform on the way of every module, last, on the text that V8 would compile. Two places see such text:
// Module.prototype._compile, for what require() and the program's entry load (compile-hook.ts), and the loader
// hooks, for ES modules and for CommonJS that another tool's hooks have rewritten (load-hook.ts). The hooks run in
// this thread where Node has them there (module.registerHooks), else in the loader's own thread. Where one of the
// two places cannot be had, because it is frozen or forbidden, the program is loaded from there as it is.

import module from 'node:module';
import { isMainThread, MessageChannel, type MessagePort, parentPort, receiveMessageOnPort } from 'node:worker_threads';
import type { Counters } from '../measure/counters.js';
import { hookCompile } from './compile-hook.js';
import { type LoadContext, type LoadResult, transformLoaded } from './load-hook.js';
import { afterEach } from './outermost.js';
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

/** Never throws. What the loader's thread has to tell the reporter goes through `toReporter`. */
export function installLoader(
  settings: TransformSettings,
  counters: Counters,
  toReporter: MessagePort,
  events: TransformEvents,
): Loader {
  const transform = createTransform(settings, counters, events);
  attempt(prepareStripping);
  attempt(() => hookCompile(transform));
  if (registerHooks) attempt(() => hookModules(registerHooks, transform));
  const port = registerHooks ? null : attempt(() => hookModulesInTheirThread(settings, counters, toReporter));
  attempt(module.syncBuiltinESMExports);
  return {
    drain: () => {
      if (!port) return;
      for (let got = receiveMessageOnPort(port); got; got = receiveMessageOnPort(port)) {
        events.columns(...(got.message as [string, Uint8Array]));
      }
    },
  };
}

function attempt<T>(step: () => T): T | null {
  try {
    return step();
  } catch {
    return null;
  }
}

function hookModules(register: NonNullable<typeof registerHooks>, transform: Transform): void {
  const hooks: SyncHooks = {
    load: (url, context, next) => transformLoaded(url, context, next(url, context), transform),
  };
  let registered = register(hooks);
  afterEach('registerHooks', () => {
    registered.deregister();
    registered = register(hooks);
  });
}

function hookModulesInTheirThread(
  settings: TransformSettings,
  counters: Counters,
  toReporter: MessagePort,
): MessagePort {
  const { register } = module;
  const hooks = new URL('./loader-thread.mjs', import.meta.url);
  const { port1, port2 } = new MessageChannel();
  const data: LoaderThreadData = { settings, counters, toReporter, toProgram: port2 };
  register(hooks, { data, transferList: [port2, toReporter] });
  port1.unref();
  // The same module once more, outside of what was registered meanwhile.
  afterEach('register', () => register(hooks));
  return port1;
}
