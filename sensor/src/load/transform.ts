// One module's text, on its way to V8: decides whose it is and whether it is measured, takes it from the cache or
// instruments it, and says what happened. The same code serves the program's thread and the loader's thread.
//
// What is given up first where a budget is used up: modules of packages that the service does not name in its
// package.json, then those of packages that it names, then its own. Texts that were instrumented are in the cache at the
// next start, so that each start gets further than the one before.

import { encodingOf, placeIds } from '../instrument/ids.js';
import { type Instrumented, type InstrumentOptions, instrument, type Timing } from '../instrument/instrument.js';
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
  /** By path, the texts that were loaded from there: their first ids by key. */
  const loaded = new Map<string, Map<string, number>>();
  let packagesMs = 0;

  function leaveOut(path: string, skipped: LeftOut): null {
    events.tell({ type: 'module', module: { path, skipped } });
    return null;
  }

  function make(path: string, source: string, format: Format, timing: Timing, key: string) {
    const result = instrument(source, { path, format, timing });
    if ('skipped' in result) return leaveOut(path, result.skipped);
    const module = toCached(result);
    if (settings.cacheFile !== null) events.tell({ type: 'cache', record: cacheRecord(key, module) });
    return module;
  }

  function find(path: string, source: string, format: Format, tier: Tier): string | null {
    const timing = settings.timing === 'all' ? 'all' : tier === 'own' ? 'calling' : 'working';
    const key = cacheKey(source, `${BUILD} ${format} ${timing}`);
    let module = cached?.find(key) ?? null;
    if (!module) {
      if (tier !== 'own' && packagesMs >= packagesLimitMs) return leaveOut(path, 'start-up time');
      const startMs = now();
      module = make(path, source, format, timing, key);
      if (tier !== 'own') packagesMs += now() - startMs;
    }
    return module && place(path, source, key, module, tier);
  }

  /** The module's text with ids of this process. A text that is loaded again gets the ids that it had. */
  function place(path: string, source: string, key: string, module: CachedModule, tier: Tier): string | null {
    const texts = loaded.get(path) ?? new Map<string, number>();
    const functionCount = module.flags.length;
    let firstId = texts.get(key) ?? null;
    if (firstId === null) {
      firstId = texts.size < TEXTS_OF_A_PATH ? allocateIds(counters, functionCount, tier) : null;
      if (firstId === null) return leaveOut(path, 'budget');
      loaded.set(path, texts.set(key, firstId));
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
      if (!isMeasured(path, of, settings)) return source;
      // Two hooks may see a module one after the other.
      if (loaded.has(path) && withoutInsertions(source) !== source) return source;
      return find(path, source, format, tierOf(of, settings)) ?? source;
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

export function tierOf(of: ModulePath, settings: TransformSettings): Tier {
  if (of.package === null) return 'own';
  return settings.dependencies.includes(of.package) ? 'direct' : 'transitive';
}

export function isMeasured(path: string, of: ModulePath, settings: TransformSettings): boolean {
  if (path.startsWith(settings.sensorFolder)) return false;
  if (matchesAny(settings.exclude, of)) return false;
  return settings.include.length === 0 || matchesAny(settings.include, of);
}
