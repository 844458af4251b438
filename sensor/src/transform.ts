// One module's text, on its way to V8: decides whose it is and whether it is measured, instruments it, and says
// what happened. The same code serves the main thread and the loader's thread.

import { instrument } from './instrument.js';
import { matchesAny, modulePath } from './module-path.js';
import { sourceMapUrl } from './original-position.js';
import type { IdAllocator, LoadedModule } from './registry.js';

export interface TransformSettings {
  root: string;
  include: string[];
  exclude: string[];
  /** Folder of the sensor itself, never measured. */
  sensorFolder: string;
}

export type Transform = (path: string, source: string, format: 'module' | 'commonjs') => string;

/** A function that gives the text to run: instrumented, or as it was. Never throws. */
export function createTransform(
  settings: TransformSettings,
  ids: IdAllocator,
  loaded: (module: LoadedModule) => void,
): Transform {
  return (path, source, format) => {
    try {
      if (!isMeasured(path, settings)) return source;
      const isPackage = modulePath(path, settings.root).package !== null;
      const result = instrument(source, { path, format, allocate: (n) => ids.allocate(n, isPackage) });
      if ('skipped' in result) {
        loaded({ path, mapUrl: null, functions: [], skipped: result.skipped });
        return source;
      }
      loaded({ path, mapUrl: sourceMapUrl(source), functions: result.functions, skipped: null });
      return result.code;
    } catch {
      return source;
    }
  };
}

function isMeasured(path: string, settings: TransformSettings): boolean {
  if (path.startsWith(settings.sensorFolder)) return false;
  const of = modulePath(path, settings.root);
  if (matchesAny(settings.exclude, of)) return false;
  return settings.include.length === 0 || matchesAny(settings.include, of);
}
