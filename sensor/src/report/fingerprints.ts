// What the texts of the service's own functions are, told once for each version: the collector asks the first instance
// that has it. Made here, from the files on the disk and after everything else, because reading a text's tokens takes as
// long as instrumenting it. A file that is not what was loaded, or not JavaScript, has none.

import { readFileSync } from 'node:fs';
import type { SensorFunction } from '@prodlens/protocol';
import { fingerprintEstree } from '@prodlens/syntax/estree-leaves';
import { packFingerprint } from '@prodlens/syntax/fingerprint-text';
import { lineAt, lineStartsOf } from '@prodlens/syntax/lines';
import { parseProgram } from '../instrument/parse-program.js';
import { after } from '../measure/clock.js';
import type { Registry } from './registry.js';

/** Between two files: the whole must not be felt by a program that has just started. */
const PAUSE_MS = 100;
/** Of one text, and of all together: about half a second of processor time a million. */
const LARGEST_TEXT = 500_000;
const MOST_TEXT = 8_000_000;

/** `tell` is given the functions of one file at a time; false where there is nobody to tell, which ends it. */
export class FingerprintReading {
  #registry: Registry;
  #tell: (functions: SensorFunction[]) => boolean;
  #running = false;

  constructor(registry: Registry, tell: (functions: SensorFunction[]) => boolean) {
    this.#registry = registry;
    this.#tell = tell;
  }

  /** Reads all files that are loaded now, unless that is under way. */
  start(): void {
    if (this.#running) return;
    this.#running = true;
    const paths = this.#registry.ownPaths();
    let left = MOST_TEXT;
    const next = () => {
      const path = paths.shift();
      this.#running = path !== undefined && left > 0;
      if (path === undefined || left <= 0) return;
      const { length, functions } = fingerprinted(path, this.#registry);
      left -= length;
      if (functions.length > 0 && !this.#tell(functions)) this.#running = false;
      else after(PAUSE_MS, next);
    };
    after(PAUSE_MS, next);
  }
}

/** The functions of a file that is as it was when it was loaded. */
function fingerprinted(path: string, registry: Registry): { length: number; functions: SensorFunction[] } {
  try {
    const text = readFileSync(path, 'utf8');
    const module = registry.moduleAt(path);
    if (!module || text.length > LARGEST_TEXT) return { length: 0, functions: [] };
    const lineStarts = lineStartsOf(text);
    const found = fingerprintEstree(parseProgram(text, 'either'), text);
    const isLoaded =
      found.length === module.functions.length &&
      found.every(({ name, nameStart }, i) => {
        const loaded = module.functions[i]!;
        return loaded.name === name && loaded.line === lineAt(lineStarts, nameStart);
      });
    if (!isLoaded) return { length: text.length, functions: [] };
    const functions = found.map(({ fingerprint }, i) => ({
      ...registry.describe(module.firstId + i),
      fingerprint: packFingerprint(fingerprint),
    }));
    return { length: text.length, functions };
  } catch {
    return { length: 0, functions: [] };
  }
}
