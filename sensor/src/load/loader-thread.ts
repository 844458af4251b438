// The loader hooks in their own thread (Node 20): instruments the program's ES modules there, and reports them to its
// thread. Registered anew when another tool registers hooks, so that it may stand in the chain several times: the
// outermost one works, those inside of it let the text through. What other tools load into this thread is left
// alone: the sensor's globals are not here.

import { type LoadContext, type LoadResult, transformLoaded } from './load-hook.js';
import type { LoaderThreadData } from './loader.js';
import { createTransform, type Transform } from './transform.js';

const TAKEN = Symbol('prodlens.taken');

interface Context extends LoadContext {
  importAttributes?: object;
  [TAKEN]?: boolean;
}

let transform: Transform = (_path, source) => source;

/** Called by Node before any module is loaded, with what register() was given. */
export function initialize(data: LoaderThreadData | undefined): void {
  if (!data) return;
  const { settings, counters, toReporter, toProgram } = data;
  transform = createTransform(settings, counters, {
    tell: (message) => toReporter.postMessage(message),
    columns: (path, columns) => toProgram.postMessage([path, columns]),
  });
  toReporter.unref();
  toProgram.unref();
}

/** Node's hook: loads by the next one, then transforms what that gave. */
export async function load(
  url: string,
  context: Context,
  next: (url: string, context: Context) => Promise<LoadResult>,
): Promise<LoadResult> {
  if (context[TAKEN] || isOfThisThread(context)) return next(url, context);
  return transformLoaded(url, context, await next(url, { ...context, [TAKEN]: true }), transform);
}

/** A request of the program has crossed from its thread, and objects get a prototype on the way. */
function isOfThisThread({ importAttributes }: Context): boolean {
  return importAttributes !== undefined && Object.getPrototypeOf(importAttributes) === null;
}
