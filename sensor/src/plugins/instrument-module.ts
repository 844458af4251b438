// One module on its way into a bundle: instrumented, with a manifest that names its functions by their original
// places. The same for every bundler; what differs is how they hand over the text and its source map.

import { probesOf } from '../flow/probe-points.js';
import { type Instrumented, type InstrumentedFunction, instrument } from '../instrument/instrument.js';
import { modulePath } from '../load/module-path.js';
import { originalPositions, sourceMapUrl } from '../report/original-position.js';
import { BASE, declareBase, type PlacedFunction } from './manifest.js';
import type { PluginSettings } from './options.js';
import { identityMap, type SourceMapData, shiftedMap } from './shifted-map.js';

/** A module's text as JavaScript. */
export interface BundledModule {
  /** Absolute. */
  path: string;
  code: string;
  /** From `code` to what it was made of; its sources relative to the module's folder. Null: as its own comment says. */
  map: SourceMapData | null;
}

export interface InstrumentedModule {
  code: string;
  /** From `code` to the text that was given. */
  readonly insertions: SourceMapData;
  /** From `code` to what the given text was made of. */
  readonly map: SourceMapData;
}

/** Files whose text is JavaScript once a bundler has compiled it. */
export const SCRIPT = /\.[cm]?[jt]sx?$/;
/** Files whose text is JavaScript as it is. */
export const JAVASCRIPT = /\.[cm]?js$/;

/** Null for a module that stays as it is: left out, without functions, or not to be instrumented. Never throws. */
export function instrumentModule(module: BundledModule, settings: PluginSettings): InstrumentedModule | null {
  const { code, map } = module;
  const instrumented = instrumentText(module, settings);
  if (!instrumented || instrumented.functions.length === 0) return null;
  return {
    code: instrumented.code,
    get insertions() {
      return shiftedMap(identityMap(module.path, code), instrumented.map);
    },
    get map() {
      return map ? shiftedMap(map, instrumented.map) : this.insertions;
    },
  };
}

function instrumentText(module: BundledModule, settings: PluginSettings): Instrumented | null {
  const { path, code } = module;
  const declare = (functions: InstrumentedFunction[]) => declareBase(placed(functions, module, settings.root));
  const of = modulePath(path, settings.root);
  const timing = settings.timing === 'all' ? 'all' : of.package ? 'working' : 'calling';
  const probes = probesOf(of);
  const tryAs = (format: 'module' | 'commonjs') =>
    instrument(code, { path, format, timing, probes, bundled: { base: BASE, declare } });
  try {
    if (!settings.includes(path)) return null;
    // Bundlers tell the two apart by their syntax, too.
    const asModule = tryAs('module');
    const isScript = 'skipped' in asModule && asModule.skipped === 'unparsable';
    const result = isScript ? tryAs('commonjs') : asModule;
    return 'skipped' in result ? null : result;
  } catch {
    // A map may name its sources in ways that no file has.
    return null;
  }
}

function placed(functions: InstrumentedFunction[], module: BundledModule, root: string): PlacedFunction[] {
  const { path, code, map } = module;
  const mapUrl = map ? inlineUrl(map) : sourceMapUrl(code);
  const position = originalPositions(path, mapUrl, root);
  const owner = modulePath(path, root);
  return functions.map((f) => {
    const { path: originalPath, line, column } = position(f.line, f.column);
    const original = modulePath(originalPath, root);
    // A package's own map may lead to where its authors had the file.
    if (original.package !== owner.package) return { ...f, file: owner.file };
    return { ...f, file: original.file, line, column };
  });
}

/** As the address of a sourceMappingURL comment. */
export function inlineUrl(map: SourceMapData): string {
  return `data:application/json;base64,${Buffer.from(JSON.stringify(map)).toString('base64')}`;
}
