// One module's text, on its way to V8: decides whose it is and whether it is measured, takes it from the cache or
// instruments it, and says what happened. The same code serves the program's thread and the loader's thread.
//
// What is given up first where a budget is used up: modules of packages that the service does not name in its
// package.json, then those of packages that it names, then its own. Texts that were instrumented are in the cache at the
// next start, so that each start gets further than the one before.

import { probesOf } from '../flow/probe-points.js';
import { encodingOf, placeIds } from '../instrument/ids.js';
import { type Instrumented, type InstrumentOptions, instrument } from '../instrument/instrument.js';
import type { Probe } from '../instrument/probe.js';
import { withoutInsertions } from '../instrument/shapes.js';
import { after, now } from '../measure/clock.js';
import { allocateIds, type Counters, defineFunction, FLAG, flagsOf, type Tier } from '../measure/counters.js';
import { type LeftOut, packFunctions } from '../report/loaded-module.js';
import type { ToReporter } from '../report/messages.js';
import { sourceMapUrl } from '../report/original-position.js';
import { BUILD } from '../version.js';
import { type CachedModule, type CodeCache, cacheKey, cacheRecord, openCodeCache } from './code-cache.js';
import { type ModulePath, matchesAny, modulePath } from './module-path.js';

export interface TransformSettings {
  root: string;
  include: string[];
  exclude: string[];
  /** Names of the packages in the service's package.json. */
  dependencies: string[];
  /** Whether libraries are to tell of requests, queries and jobs. */
  flows: boolean;
  /** auto: packages by 'working', own code by 'calling'; see Timing. */
  timing: 'auto' | 'all';
  /** Folder of the sensor itself, never measured. */
  sensorFolder: string;
  cacheFile: string | null;
}

export type Format = InstrumentOptions['format'];

export type Transform = (path: string, source: string, format: Format) => string;

export interface TransformEvents {
  tell(message: ToReporter): void;
  /** For the stacks that the program reads: see instrument/insertion-columns.ts. */
  columns(path: string, columns: Uint8Array): void;
}

/** Time that instrumenting packages may take in one process, while it is short of cached texts. */
const PACKAGES_MS = 5_000;
const CACHE_HELD_MS = 60_000;
/** Programs that compile ever new text under one name would use up the ids. */
const TEXTS_OF_A_PATH = 16;

/** A chain: nearly all paths have one text, and thousands of arrays of one would take more memory. */
interface LoadedText {
  key: string;
  firstId: number;
  /** Texts of the path up to this. */
  count: number;
  before: LoadedText | null;
}

function idOf(key: string, text: LoadedText | null): number | null {
  for (let one = text; one !== null; one = one.before) if (one.key === key) return one.firstId;
  return null;
}

/** A function that gives the text to run: instrumented, or as it was. Never throws. */
export function createTransform(
  settings: TransformSettings,
  counters: Counters,
  events: TransformEvents,
  packagesLimitMs = PACKAGES_MS,
): Transform {
  let cached: CodeCache | null = openCodeCache(settings.cacheFile);
  // Programs load nearly all at the start; what comes later is instrumented.
  after(CACHE_HELD_MS, () => {
    cached?.close();
    cached = null;
  });
  /** By path, the text that was loaded from there last. */
  const loaded = new Map<string, LoadedText>();
  let packagesMs = 0;

  function leaveOut(path: string, skipped: LeftOut): null {
    events.tell({ type: 'module', module: { path, skipped } });
    return null;
  }

  function make(
    path: string,
    source: string,
    options: Pick<InstrumentOptions, 'format' | 'timing' | 'probes'>,
    key: string,
  ) {
    const result = instrument(source, { path, ...options });
    if ('skipped' in result) return leaveOut(path, result.skipped);
    const module = toCached(result);
    if (settings.cacheFile !== null) events.tell({ type: 'cache', record: cacheRecord(key, module) });
    return module;
  }

  function find(path: string, source: string, format: Format, of: ModulePath): string | null {
    const tier = tierOf(of, settings);
    const timing = settings.timing === 'all' ? 'all' : tier === 'own' ? 'calling' : 'working';
    const probes = settings.flows ? probesOf(of) : [];
    const key = cacheKey(source, `${BUILD} ${format} ${timing} ${probes.map(({ id }) => id)}`);
    let module = cached?.find(key) ?? null;
    if (!module) {
      // What is to be told of flows is few files, and without them a flow has no route and no queries.
      if (tier !== 'own' && packagesMs >= packagesLimitMs && probes.length === 0)
        return leaveOut(path, 'start-up time');
      const startMs = now();
      module = make(path, source, { format, timing, probes }, key);
      if (tier !== 'own') packagesMs += now() - startMs;
    }
    if (module && probes.length > 0) tellUnknown(of, module, probes);
    return module && place(path, source, key, module, tier);
  }

  /** A library whose functions are called otherwise than expected is left as it is, and that is said. */
  function tellUnknown(of: ModulePath, { text, encoding }: CachedModule, probes: readonly Probe[]): void {
    const code = text.toString(encoding);
    if (probes.some(({ id }) => !code.includes(`$plH('${id}'`))) {
      events.tell({ type: 'unknownLibrary', name: `${of.package}: ${of.file}` });
    }
  }

  /** The module's text with ids of this process. A text that is loaded again gets the ids that it had. */
  function place(path: string, source: string, key: string, module: CachedModule, tier: Tier): string | null {
    const last = loaded.get(path) ?? null;
    const functionCount = module.flags.length;
    let firstId = idOf(key, last);
    if (firstId === null) {
      firstId = (last?.count ?? 0) < TEXTS_OF_A_PATH ? allocateIds(counters, functionCount, tier) : null;
      if (firstId === null) return leaveOut(path, 'budget');
      loaded.set(path, { key, firstId, count: 1 + (last?.count ?? 0), before: last });
      const { functions, columns } = module;
      const mapUrl = sourceMapUrl(source);
      events.tell({ type: 'module', module: { path, firstId, functionCount, functions, columns, mapUrl } });
      for (const [i, flags] of module.flags.entries()) {
        defineFunction(counters, firstId + i, flags | (tier === 'own' ? 0 : FLAG.package));
      }
    }
    // Of several texts of a path, stacks are right for the one that was loaded last.
    events.columns(path, module.columns);
    placeIds(module.text, module.encoding, module.idOffsets, firstId);
    return module.text.toString(module.encoding);
  }

  return (path, source, format) => {
    try {
      const of = modulePath(path, settings.root);
      if (!isMeasured(path, of, settings)) {
        if (of.package === null && !path.startsWith(settings.sensorFolder)) leaveOut(path, 'settings');
        return source;
      }
      // Two hooks may see a module one after the other.
      if (loaded.has(path) && withoutInsertions(source) !== source) return source;
      return find(path, source, format, of) ?? source;
    } catch {
      return source;
    }
  };
}

function toCached({ code, functions, idOffsets, columns }: Instrumented): CachedModule {
  const encoding = encodingOf(code);
  return {
    text: Buffer.from(code, encoding),
    encoding,
    idOffsets: Uint32Array.from(idOffsets),
    flags: Uint8Array.from(functions, flagsOf),
    functions: packFunctions(functions),
    columns,
  };
}

/** The service's own, a package that it names, or one below those. */
export function tierOf(of: ModulePath, settings: TransformSettings): Tier {
  if (of.package === null) return 'own';
  return settings.dependencies.includes(of.package) ? 'direct' : 'transitive';
}

/** `path`: absolute. The sensor never measures itself. */
export function isMeasured(path: string, of: ModulePath, settings: TransformSettings): boolean {
  if (path.startsWith(settings.sensorFolder)) return false;
  if (matchesAny(settings.exclude, of)) return false;
  return settings.include.length === 0 || matchesAny(settings.include, of);
}
