// Every function that was instrumented, by id, and what was left out with the reason. Modules may be instrumented
// in the loader's own thread, so ids are handed out from shared memory. Positions are taken through source maps
// only when a function is reported, so that loading costs nothing for it.

import type { SensorFacts, SensorFunction } from '@prodlens/protocol';
import type { InstrumentedFunction, SkipReason } from './instrument.js';
import { modulePath } from './module-path.js';
import { originalPositions } from './original-position.js';
import { CAPACITY } from './runtime.js';

/** Of the capacity, what underlying packages may take at most: the service's own functions come first. */
export const PACKAGE_CAPACITY = 40_000;

/** One module that was instrumented, or was not; plain data that crosses threads. */
export interface LoadedModule {
  /** Absolute path. */
  path: string;
  mapUrl: string | null;
  functions: InstrumentedFunction[];
  skipped: SkipReason | null;
}

/** Hands out ids, in any thread that holds the same cells. */
export class IdAllocator {
  /** [0] next id, [1] ids given to packages. */
  readonly cells: Int32Array<SharedArrayBuffer>;

  constructor(cells = new Int32Array(new SharedArrayBuffer(8))) {
    this.cells = cells;
  }

  /** The first of n ids; null where the budget does not hold them. */
  allocate(n: number, isPackage: boolean): number | null {
    if (isPackage && Atomics.add(this.cells, 1, n) + n > PACKAGE_CAPACITY) {
      Atomics.sub(this.cells, 1, n);
      return null;
    }
    const first = Atomics.add(this.cells, 0, n);
    if (first + n <= CAPACITY) return first;
    Atomics.sub(this.cells, 0, n);
    if (isPackage) Atomics.sub(this.cells, 1, n);
    return null;
  }
}

interface Known {
  module: LoadedModule;
  function: InstrumentedFunction;
}

export class Registry {
  #root: string;
  #sourceMaps: boolean;
  #known: Known[] = [];
  #described = new Map<number, SensorFunction>();
  #positions = new Map<LoadedModule, ReturnType<typeof originalPositions>>();
  #ownIds: number[] = [];
  #modules = 0;
  #skipped: Record<string, number> = {};

  constructor(root: string, sourceMaps: boolean) {
    this.#root = root;
    this.#sourceMaps = sourceMaps;
  }

  add(module: LoadedModule): void {
    if (module.skipped) {
      this.#skipped[module.skipped] = (this.#skipped[module.skipped] ?? 0) + 1;
      return;
    }
    this.#modules++;
    const isOwn = modulePath(module.path, this.#root).package === null;
    for (const f of module.functions) {
      this.#known[f.id] = { module, function: f };
      if (isOwn) this.#ownIds.push(f.id);
    }
  }

  isAsync(id: number): boolean {
    return this.#known[id]?.function.isAsync ?? false;
  }

  isKnown(id: number): boolean {
    return this.#known[id] !== undefined;
  }

  /** Ids of the service's own functions: reported even before their first call. */
  ownIds(): readonly number[] {
    return this.#ownIds;
  }

  /** What the collector is told of a function; its original file and position. */
  describe(id: number): SensorFunction {
    const before = this.#described.get(id);
    if (before) return before;
    const { module, function: f } = this.#known[id]!;
    let position = this.#positions.get(module);
    if (!position) {
      position = originalPositions(module.path, this.#sourceMaps ? module.mapUrl : null, this.#root);
      this.#positions.set(module, position);
    }
    const { path, line, column } = position(f.line, f.column);
    const { name, ordinal, kind, timed } = f;
    const described = {
      id,
      ...modulePath(path, this.#root),
      name,
      ordinal,
      kind,
      timed,
      line: line + 1,
      column: column + 1,
    };
    this.#described.set(id, described);
    return described;
  }

  facts(): Omit<SensorFacts, 'mergedWindows' | 'droppedWindows'> {
    return { functions: this.#known.length, modules: this.#modules, skipped: { ...this.#skipped } };
  }
}
