// Every function that was instrumented, by id, and what was left out with the reason. Names are unpacked and positions taken
// through source maps only when a function is reported, so that loading costs nothing for it.

import { isAbsolute } from 'node:path';
import { LEFT_OUT_FILES, type SensorFacts, type SensorFunction } from '@prodlens/protocol';
import { originalColumn } from '../instrument/insertion-columns.js';
import { type ModulePath, modulePath } from '../load/module-path.js';
import { type ProfiledModule, pathOf } from './cpu-profile.js';
import { type KnownFunction, type LoadedModule, type SkippedModule, unpackFunctions } from './loaded-module.js';
import { originalPositions, originalTexts } from './original-position.js';

interface Known {
  module: LoadedModule;
  /** Unpacked when first asked for. */
  functions: KnownFunction[] | null;
  position: ReturnType<typeof originalPositions> | null;
}

export class Registry {
  #root: string;
  #sourceMaps: boolean;
  /** By the first of their ids, ascending. */
  #modules: Known[] = [];
  #byPath = new Map<string, Known>();
  #described = new Map<number, SensorFunction>();
  #ownIds: number[] = [];
  #functions = 0;
  #withoutFunctions = 0;
  #skipped: Record<string, number> = {};
  /** The service's own files, with the reason. */
  #leftOut = new Map<string, string>();
  #unknownLibraries: Record<string, number> = {};

  constructor(root: string, sourceMaps: boolean) {
    this.#root = root;
    this.#sourceMaps = sourceMaps;
  }

  add(module: LoadedModule): void {
    if (module.functionCount === 0) {
      this.#withoutFunctions++;
      return;
    }
    const known: Known = { module, functions: null, position: null };
    this.#byPath.set(module.path, known);
    const at = this.#indexOf(module.firstId) + 1;
    this.#modules.splice(at, 0, known);
    this.#functions += module.functionCount;
    if (modulePath(module.path, this.#root).package !== null) return;
    for (let i = 0; i < module.functionCount; i++) this.#ownIds.push(module.firstId + i);
  }

  addSkipped({ path, skipped }: SkippedModule): void {
    const of = modulePath(path, this.#root);
    if (of.package === null && this.#leftOut.size < LEFT_OUT_FILES) this.#leftOut.set(of.file, skipped);
    this.#skipped[skipped] = (this.#skipped[skipped] ?? 0) + 1;
  }

  addUnknownLibrary(name: string): void {
    this.#unknownLibraries[name] = (this.#unknownLibraries[name] ?? 0) + 1;
  }

  isKnown(id: number): boolean {
    return this.#find(id) !== null;
  }

  /** Ids of the service's own functions, in the order of loading: reported even before their first call. */
  ownIds(): readonly number[] {
    return this.#ownIds;
  }

  /** Absolute paths of the service's own files with functions, in the order of their ids. */
  ownPaths(): string[] {
    return this.#modules
      .map(({ module }) => module.path)
      .filter((path) => modulePath(path, this.#root).package === null);
  }

  /** The functions of a file, as a profile of the processor needs them; of its last text where it was loaded twice. */
  moduleAt(path: string): ProfiledModule | null {
    const known = this.#byPath.get(path);
    if (!known) return null;
    known.functions ??= unpackFunctions(known.module.functions);
    const { firstId, columns } = known.module;
    return { firstId, columns, functions: known.functions };
  }

  /** The texts that a file was made of, as far as they can be read, by file as describe() says it; none without a map. */
  originalTexts(path: string): Map<string, string> {
    const mapUrl = this.#sourceMaps ? (this.#byPath.get(path)?.module.mapUrl ?? null) : null;
    const texts = originalTexts(path, mapUrl, this.#root);
    return new Map([...texts].map(([of, text]) => [modulePath(of, this.#root).file, text]));
  }

  /** What the collector is told of a function: its original file and position. */
  describe(id: number): SensorFunction {
    const before = this.#described.get(id);
    if (before) return before;
    const { known, f } = this.#find(id)!;
    const { path, mapUrl } = known.module;
    known.position ??= originalPositions(path, this.#sourceMaps ? mapUrl : null, this.#root);
    const original = known.position(f.line, f.column);
    const { name, ordinal, kind, timed } = f;
    const place: ModulePath = modulePath(original.path, this.#root);
    const described = {
      id,
      ...place,
      name,
      ordinal,
      kind,
      timed,
      line: original.line + 1,
      column: original.column + 1,
    };
    this.#described.set(id, described);
    return described;
  }

  /** All that were described until now. */
  described(): Iterable<SensorFunction> {
    return this.#described.values();
  }

  /** The own function of an original file that bears the name, the last that begins at or before the line; null for none. */
  ownFunctionAt(file: string, functionName: string, line: number): number | null {
    const last = (name: string) => name.replace(/^.*[. #]/, '');
    let found: SensorFunction | null = null;
    for (const id of this.#ownIds) {
      const f = this.describe(id);
      const isIt = f.file === file && f.line <= line && last(f.name) === last(functionName);
      if (isIt && (found === null || f.line >= found.line)) found = f;
    }
    return found?.id ?? null;
  }

  /** The variables that a function's exit hands over, in order. */
  parametersOf(id: number): string[] {
    return this.#find(id)?.f.parameters ?? [];
  }

  /**
   * The original place of a position in a stack, lines and columns 1-based: `of` says in which text it is, the one that V8
   * has, the one before instrumentation, or the original already.
   */
  originalPlace(url: string, line: number, column: number, of: 'instrumented' | 'source' | 'original') {
    const path = pathOf(url);
    if (path === null || !isAbsolute(path)) return { file: url, line, column };
    const known = of === 'original' ? undefined : this.#byPath.get(path);
    if (!known) return { file: modulePath(path, this.#root).file, line, column };
    const { columns, mapUrl } = known.module;
    const sourceColumn = of === 'instrumented' ? originalColumn(columns, line - 1, column - 1) : column - 1;
    known.position ??= originalPositions(path, this.#sourceMaps ? mapUrl : null, this.#root);
    const original = known.position(line - 1, sourceColumn);
    return { file: modulePath(original.path, this.#root).file, line: original.line + 1, column: original.column + 1 };
  }

  facts(): Pick<SensorFacts, 'functions' | 'modules' | 'skipped' | 'leftOut' | 'unknownLibraries'> {
    return {
      functions: this.#functions,
      modules: this.#modules.length + this.#withoutFunctions,
      skipped: { ...this.#skipped },
      leftOut: [...this.#leftOut].map(([file, reason]) => ({ file, reason })),
      unknownLibraries: { ...this.#unknownLibraries },
    };
  }

  #find(id: number): { known: Known; f: KnownFunction } | null {
    const known = this.#modules[this.#indexOf(id)];
    if (!known || id >= known.module.firstId + known.module.functionCount) return null;
    known.functions ??= unpackFunctions(known.module.functions);
    return { known, f: known.functions[id - known.module.firstId]! };
  }

  /** Index of the last module whose first id is not above this one; -1 where there is none. */
  #indexOf(id: number): number {
    let low = 0;
    let high = this.#modules.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#modules[middle]!.module.firstId <= id) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}
