// Puts the transform on the way of every module. CommonJS goes through Module.prototype._compile in the program's
// own thread, which also gets what other loaders made of it. ES modules go through the loader hooks: in this
// thread where Node has them there (module.registerHooks), in the loader's own thread on Node 20.

import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { getEnvironmentData, MessageChannel, receiveMessageOnPort, setEnvironmentData } from 'node:worker_threads';
import type { IdAllocator, LoadedModule } from './registry.js';
import { createTransform, type Transform, type TransformSettings } from './transform.js';

/** What the loader's thread is given; see loader-thread.ts. */
export interface LoaderThreadData {
  settings: TransformSettings;
  cells: Int32Array<SharedArrayBuffer>;
  port: import('node:worker_threads').MessagePort;
}

export interface Loader {
  /** Takes in what the loader's thread has reported since. */
  drain(): void;
}

const IN_LOADER_THREAD = 'prodlens.loader-thread';

/** Whether this is the thread of the loader hooks, in which nothing else of the sensor must start. */
export function isLoaderThread(): boolean {
  return getEnvironmentData(IN_LOADER_THREAD) === true;
}

type Compile = (this: unknown, content: string, filename: string, ...rest: unknown[]) => unknown;

export function installLoader(
  settings: TransformSettings,
  ids: IdAllocator,
  loaded: (module: LoadedModule) => void,
): Loader {
  const transform = createTransform(settings, ids, loaded);
  hookCommonJs(transform);
  if ('registerHooks' in module) {
    hookModules(transform);
    return { drain: () => {} };
  }
  return hookModulesInTheirThread(settings, ids, loaded);
}

function hookCommonJs(transform: Transform): void {
  const prototype = module.Module.prototype as unknown as { _compile: Compile };
  const compile = prototype._compile;
  prototype._compile = function (content, filename, ...rest) {
    // Node 22 and later say the format; what is neither of these two is not JavaScript that V8 would compile.
    const format = rest[0];
    const known = format === undefined || format === 'commonjs' || format === 'module';
    const text =
      known && typeof content === 'string'
        ? transform(filename, content, format === 'module' ? 'module' : 'commonjs')
        : content;
    return compile.call(this, text, filename, ...rest);
  };
}

interface LoadResult {
  format?: string | null | undefined;
  source?: string | ArrayBuffer | NodeJS.TypedArray | null | undefined;
}

/** What a load hook answers: an ES module from a file is instrumented, everything else is left alone. */
export function transformLoaded<R extends LoadResult>(url: string, result: R, transform: Transform): R {
  if (result.format !== 'module' || !url.startsWith('file:') || result.source == null) return result;
  const source = typeof result.source === 'string' ? result.source : new TextDecoder().decode(result.source);
  return { ...result, source: transform(fileURLToPath(url), source, 'module') };
}

type SyncHooks = {
  load(url: string, context: unknown, next: (url: string, context: unknown) => LoadResult): LoadResult;
};

function hookModules(transform: Transform): void {
  const { registerHooks } = module as unknown as { registerHooks(hooks: SyncHooks): void };
  registerHooks({ load: (url, context, next) => transformLoaded(url, next(url, context), transform) });
}

function hookModulesInTheirThread(
  settings: TransformSettings,
  ids: IdAllocator,
  loaded: (module: LoadedModule) => void,
): Loader {
  const { port1, port2 } = new MessageChannel();
  const data: LoaderThreadData = { settings, cells: ids.cells, port: port2 };
  // Node's thread for loader hooks runs what --require names, this package among it.
  setEnvironmentData(IN_LOADER_THREAD, true);
  module.register(new URL('./loader-thread.mjs', import.meta.url), { data, transferList: [port2] });
  setEnvironmentData(IN_LOADER_THREAD, undefined as never);
  port1.unref();
  return {
    drain: () => {
      for (let got = receiveMessageOnPort(port1); got; got = receiveMessageOnPort(port1)) loaded(got.message);
    },
  };
}
