// In the program's thread: takes the manifests of bundled modules as they run.

import { resolve } from 'node:path';
import { modulePath } from '../load/module-path.js';
import { isMeasured, type TransformEvents, type TransformSettings, tierOf } from '../load/transform.js';
import { allocateIds, type Counters, defineFunction, FLAG } from '../measure/counters.js';
import { MANIFEST_VERSION, type ManifestFile, REGISTER } from './manifest.js';

/** Puts the global function in place that manifests are given to. */
export function acceptBundledModules(
  settings: TransformSettings,
  counters: Counters,
  { tell }: Pick<TransformEvents, 'tell'>,
): void {
  /** The id of the module's first function; NaN where it is not measured. Never throws. */
  const value = (version: number, files: ManifestFile[]): number => {
    try {
      return version === MANIFEST_VERSION ? register(files) : NaN;
    } catch {
      return NaN;
    }
  };

  function register(files: ManifestFile[]): number {
    const [path] = files[0]!;
    const absolute = resolve(settings.root, path);
    const of = modulePath(absolute, settings.root);
    if (!isMeasured(absolute, of, settings)) return NaN;
    const tier = tierOf(of, settings);
    const count = files.reduce((sum, [, flags]) => sum + flags.length, 0);
    const firstId = allocateIds(counters, count, tier);
    if (firstId === null) {
      tell({ type: 'module', module: { path: absolute, skipped: 'budget' } });
      return NaN;
    }
    let id = firstId;
    for (const [file, flags, functions] of files) {
      const module = { path: resolve(settings.root, file), firstId: id, functionCount: flags.length, functions };
      // Its places are those of the original already.
      tell({ type: 'module', module: { ...module, columns: new Uint8Array(0), mapUrl: null } });
      for (const digit of flags) defineFunction(counters, id++, Number(digit) | (tier === 'own' ? 0 : FLAG.package));
    }
    return firstId;
  }

  Object.defineProperty(globalThis, REGISTER, { value, enumerable: false, writable: false, configurable: false });
}
