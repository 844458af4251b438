// Node 20 has loader hooks in a thread of their own alone, which takes a tenth of a second to start, and a message for each
// module. There, where no other tool has hooks, Node's loader reads an ES module by the readFile of fs/promises: what
// it is given is instrumented, what the program reads is not touched. The two are told apart by who calls.
//
// Such a module's format is only known after that, so it is found out as Node does. Not reached: what is imported by
// an ES module that was require()d, which no hooks of Node 20 reach either.

import fs from 'node:fs';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads';
import { lookLike } from './function-text.js';
import type { ReadStack } from './stack-trace.js';
import type { Format, Transform } from './transform.js';

type ReadFile = (this: unknown, ...parameters: unknown[]) => Promise<unknown>;

const LOADER = 'node:internal/modules/esm/load';
/** Frames of a stack: the sensor's own, and the callers. */
const FRAMES = 8;
/** What makes Node compile a text of no declared format as an ES module. May be found where there is none. */
const MODULE_SYNTAX = /^\s*(?:import|export)\b|\bimport\.meta\b|\bawait\b/m;

// As they were before the program could replace them.
const { apply, set: setProperty } = Reflect;
const { readFileSync } = fs;
const MainError = Error;
const NativeUrl = URL;
const { then } = Promise.prototype;

/** Hooks that are registered after --require; checksums of what is read. */
const ELSEWHERE = /--(?:experimental-)?(?:loader|policy)\b/;
const UNHOOKED = 'prodlens-unhooked';

/**
 * Whether ES modules are read in this thread: on Node 20, where nobody has registered hooks. `tickerThread`: number of the
 * first thread that the sensor has started, in the main thread. The loader's own would have been given one before. Other
 * threads go by the main thread, where they have the same flags, and so the same tools.
 */
export function areReadHere(tickerThread: number | null): boolean {
  if (!process.versions.node.startsWith('20.')) return false;
  const flags = [process.env.NODE_OPTIONS, ...process.execArgv].join('\0');
  if (ELSEWHERE.test(flags)) return false;
  if (!isMainThread) return getEnvironmentData(UNHOOKED) === flags;
  if (tickerThread !== 1) return false;
  setEnvironmentData(UNHOOKED, flags);
  return true;
}

/**
 * Throws where fs/promises is frozen. `unclear` is called where it cannot be said who reads, because the program has
 * taken Error.prepareStackTrace away.
 */
export function hookReads(transform: Transform, readStack: ReadStack, unclear: () => void): void {
  const { promises } = fs as unknown as { promises: { readFile: ReadFile } };
  const native = promises.readFile;
  let isUnclear = false;

  /** Whether it is Node's loader that calls the function in place of readFile, or one that the program has put around it. */
  function isLoader(): boolean {
    const limit = MainError.stackTraceLimit;
    setProperty(MainError, 'stackTraceLimit', FRAMES);
    const frames = readStack(new MainError());
    setProperty(MainError, 'stackTraceLimit', limit);
    if (Array.isArray(frames)) return frames.some(({ file }) => file === LOADER);
    if (!isUnclear) unclear();
    isUnclear = true;
    return false;
  }

  const stand = {
    readFile(this: unknown, ...parameters: unknown[]) {
      const read = apply(native, this, parameters);
      const [path, options] = parameters;
      if (options !== undefined || !(path instanceof NativeUrl) || !isLoader()) return read;
      return apply(then, read, [(source: Uint8Array) => instrumented(path, source, transform)]);
    },
  }.readFile;
  Object.setPrototypeOf(stand, Object.getPrototypeOf(native));
  Object.defineProperty(stand, 'length', { value: native.length });
  promises.readFile = lookLike(native, stand as ReadFile);
}

function instrumented(url: URL, source: Uint8Array, transform: Transform): Uint8Array {
  try {
    const path = fileURLToPath(url);
    const format = formatOf(path);
    if (format === null) return source;
    const text = new TextDecoder().decode(source);
    if (format === 'either' && !MODULE_SYNTAX.test(text)) return source;
    const code = transform(path, text, format);
    return code === text ? source : Buffer.from(code);
  } catch {
    return source;
  }
}

function formatOf(path: string): Format | null {
  const extension = extname(path);
  if (extension === '.mjs') return 'module';
  if (extension !== '.js' && extension !== '') return null;
  return typeOfPackage(dirname(path)) === 'module' ? 'module' : 'either';
}

const types = new Map<string, unknown>();

/** What the nearest package.json says, from the folder upwards; undefined where there is none. */
function typeOfPackage(folder: string): unknown {
  if (!types.has(folder)) types.set(folder, findType(folder));
  return types.get(folder);
}

function findType(folder: string): unknown {
  let text: string;
  try {
    text = readFileSync(join(folder, 'package.json'), 'utf8');
  } catch {
    const above = dirname(folder);
    return above === folder || folder.endsWith('node_modules') ? undefined : typeOfPackage(above);
  }
  return (JSON.parse(text) as { type?: unknown }).type;
}
