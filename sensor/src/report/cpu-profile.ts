// What burns the processor: from a profile of V8's sampling profiler to self times of instrumented functions.
//
// A function's self time includes the built-ins and the functions without an id that it called: who reads it asks
// which of the program's functions to change. Samples are taken by the clock, also while the thread waits for a
// processor or within a call (readFileSync); so the samples that are not idle share out the processor time that the
// thread really had. Where that is not known, each counts for the typical distance of two.

import { fileURLToPath } from 'node:url';
import { originalColumn } from '../instrument/insertion-columns.js';
import type { KnownFunction } from './loaded-module.js';

/** V8's place of a function: lines and columns 0-based, in the instrumented text. */
export interface CallFrame {
  functionName: string;
  /** A path for CommonJS, a file: URL for a module, '' for built-ins and for "(idle)" and its like. */
  url: string;
  lineNumber: number;
  columnNumber: number;
}

/** Profiler.Profile of the Chrome DevTools protocol, as far as it is read. */
export interface CpuProfile {
  /** The first is the root. */
  nodes: { id: number; callFrame: CallFrame; hitCount?: number | undefined; children?: number[] | undefined }[];
  /** Microseconds between samples. */
  timeDeltas?: number[] | undefined;
  /** Processor time of the thread meanwhile, in ms; 0 where it is not known. Not part of the protocol. */
  cpuMs?: number;
}

/** Gives the id of the instrumented function at a place; null where none is. */
export type Locate = (frame: CallFrame) => number | null;

/** All in ns. */
export interface SelfTimes {
  /** By id. */
  functions: Map<number, number>;
  /** JavaScript outside of every instrumented function: top levels of modules, Node's own callbacks. */
  otherNs: number;
  gcNs: number;
  /** Native code that no JavaScript called. */
  programNs: number;
  idleNs: number;
}

const APART = new Map<string, 'gcNs' | 'programNs' | 'idleNs'>([
  ['(garbage collector)', 'gcNs'],
  ['(program)', 'programNs'],
  ['(idle)', 'idleNs'],
]);

/** Linear in the profile's nodes and samples. */
export function selfTimes(profile: CpuProfile, locate: Locate): SelfTimes {
  const times: SelfTimes = { functions: new Map(), otherNs: 0, gcNs: 0, programNs: 0, idleNs: 0 };
  const byId = new Map(profile.nodes.map((node) => [node.id, node]));
  const { busyNs, idleNs } = sampleNs(profile);
  const left = profile.nodes.slice(0, 1).map((node) => ({ node, caller: null as number | null }));
  for (let next = left.pop(); next; next = left.pop()) {
    const { callFrame: frame, hitCount, children = [] } = next.node;
    const id = (frame.url === '' ? null : locate(frame)) ?? next.caller;
    const apart = apartOf(frame);
    const ns = (hitCount ?? 0) * (apart === 'idleNs' ? idleNs : busyNs);
    if (apart) times[apart] += ns;
    else if (id === null) times.otherNs += ns;
    else if (ns > 0) times.functions.set(id, (times.functions.get(id) ?? 0) + ns);
    for (const child of children) {
      const node = byId.get(child);
      if (node) left.push({ node, caller: id });
    }
  }
  return times;
}

function apartOf({ url, functionName }: CallFrame) {
  return url === '' ? APART.get(functionName) : undefined;
}

/** What one sample stands for. */
function sampleNs({ nodes, timeDeltas = [], cpuMs = 0 }: CpuProfile): { busyNs: number; idleNs: number } {
  const idleNs = ([...timeDeltas].sort((a, b) => a - b)[timeDeltas.length >> 1] ?? 0) * 1e3;
  let busy = 0;
  for (const { callFrame, hitCount } of nodes) if (apartOf(callFrame) !== 'idleNs') busy += hitCount ?? 0;
  return { busyNs: cpuMs > 0 && busy > 0 ? (cpuMs * 1e6) / busy : idleNs, idleNs };
}

/** Where the functions of one module are. */
export interface ProfiledModule {
  firstId: number;
  /** With ids from firstId on. Positions 0-based, in the text before it was instrumented. */
  functions: readonly Pick<KnownFunction, 'name' | 'kind' | 'line' | 'column'>[];
  /** Where text was inserted: see instrument/insertion-columns.ts. */
  columns: Uint8Array;
}

/**
 * Finds functions for one profile, and remembers what it found. V8 says of a function where its parameters begin:
 * the "(" of a function, method, accessor or constructor, the first character of an arrow function (`async` if it
 * has it). Between a function's name, or its start without one, and that place stands no other function, but for
 * odd cases (a function in a computed name, `const f = g(() => 1) ? () => 2 : …`): so it is the last function that
 * begins at or before the place, and bears the name. What has no function of ours, such as a class without a
 * constructor or the initialisers of its fields, does not bear the name of one.
 */
export function createLocate(moduleAt: (path: string) => ProfiledModule | null): Locate {
  const modules = new Map<string, (frame: CallFrame) => number | null>();
  const found = new Map<string, number | null>();
  return (frame) => {
    const { url, lineNumber, columnNumber, functionName } = frame;
    const key = `${lineNumber}:${columnNumber}:${functionName}:${url}`;
    let id = found.get(key);
    if (id !== undefined) return id;
    let findIn = modules.get(url);
    if (!findIn) {
      const path = pathOf(url);
      const module = path === null ? null : moduleAt(path);
      findIn = module ? finderIn(module) : () => null;
      modules.set(url, findIn);
    }
    id = findIn(frame);
    found.set(key, id);
    return id;
  };
}

/** Functions to look at, backwards from the place. */
const NEAREST = 4;

function finderIn({ firstId, functions, columns }: ProfiledModule): Locate {
  const placed = functions.map((f, i) => ({ ...f, id: firstId + i }));
  placed.sort((a, b) => a.line - b.line || a.column - b.column);
  return ({ functionName, lineNumber: line, columnNumber }) => {
    const column = originalColumn(columns, line, columnNumber);
    let end = 0;
    for (let high = placed.length; end < high; ) {
      const middle = (end + high) >> 1;
      const { line: l, column: c } = placed[middle]!;
      if (l < line || (l === line && c <= column)) end = middle + 1;
      else high = middle;
    }
    const nearest = placed.slice(Math.max(end - NEAREST, 0), end).reverse();
    const isHere = (f: (typeof placed)[number]) => f.line === line && f.column === column;
    const match = nearest.find((f) => isHere(f) || bearsName(f, functionName, f.line === line));
    return match?.id ?? null;
  };
}

/**
 * Whether V8's name, which lacks what is around the function, can be that of a function named by syntax/. V8 has no
 * name for what is only assigned to a property or has a computed one.
 */
function bearsName({ name, kind }: ProfiledModule['functions'][number], v8Name: string, isOnLine: boolean): boolean {
  if (v8Name === '') return isOnLine;
  if (kind === 'constructor') return true;
  return lastPart(name) === lastPart(v8Name);
}

const lastPart = (name: string) => name.replace(/^.*[. ]/, '');

/** The path of a script by the name that V8 has for it; null for what is no file. */
export function pathOf(url: string): string | null {
  if (!url.includes(':')) return url;
  try {
    return url.startsWith('file:') ? fileURLToPath(url.replace(/[?#].*$/, '')) : url;
  } catch {
    return null;
  }
}
