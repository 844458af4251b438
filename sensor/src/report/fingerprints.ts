// What the texts of the service's own functions are, told once for each version: the collector asks the first instance
// that has it. Made here, from the files on the disk and after everything else, because reading a text's tokens takes as
// long as instrumenting it. Where a file was made of others, the text is theirs, which is what an editor has: as the
// source map has it or the disk, TypeScript where this Node can strip its types. What cannot be had so is the text of
// what was loaded. A file that is not what was loaded has none.

import { readFileSync } from 'node:fs';
import type { SensorFunction } from '@prodlens/protocol';
import { fingerprintEstree } from '@prodlens/syntax/estree-leaves';
import type { Fingerprint, FingerprintedFunction } from '@prodlens/syntax/fingerprint';
import { packFingerprint } from '@prodlens/syntax/fingerprint-text';
import { lineAt, lineStartsOf } from '@prodlens/syntax/lines';
import { startsOf } from '@prodlens/syntax/starts';
import { parseProgram } from '../instrument/parse-program.js';
import { withoutTypes } from '../load/typescript-text.js';
import { after } from '../measure/clock.js';
import type { ProfiledModule } from './cpu-profile.js';
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

interface Fingerprinted {
  /** Of the texts that were read. */
  length: number;
  functions: SensorFunction[];
}

const NOTHING: Fingerprinted = { length: 0, functions: [] };

/** Never throws; without functions where the text is not at hand. */
export function fingerprinted(path: string, registry: Registry): Fingerprinted {
  try {
    const module = registry.moduleAt(path);
    if (!module) return NOTHING;
    const originals = ofOriginals(path, module, registry);
    return originals.functions.length > 0 ? originals : ofLoaded(path, module, registry);
  } catch {
    return NOTHING;
  }
}

/** The functions of a file that is as it was when it was loaded. */
function ofLoaded(path: string, { firstId, functions }: ProfiledModule, registry: Registry): Fingerprinted {
  const text = readFileSync(path, 'utf8');
  if (text.length > LARGEST_TEXT) return NOTHING;
  const lineStarts = lineStartsOf(text);
  const found = fingerprintedText(text, path);
  const isLoaded =
    found.length === functions.length &&
    found.every(({ name, nameStart }, i) => {
      const loaded = functions[i]!;
      return loaded.name === name && loaded.line === lineAt(lineStarts, nameStart);
    });
  if (!isLoaded) return { length: text.length, functions: [] };
  const told = found.map(({ fingerprint }, i) => named(registry.describe(firstId + i), fingerprint));
  return { length: text.length, functions: told };
}

/** Of the functions so many have to stand where the map says, or the text is not what was compiled; compilers add some of their own. */
const MINIMUM_PLACED = 0.5;

/** The functions that a map says stand in other texts, each by its place there. */
function ofOriginals(path: string, { firstId, functions }: ProfiledModule, registry: Registry): Fingerprinted {
  const all: Fingerprinted = { length: 0, functions: [] };
  for (const [file, text] of registry.originalTexts(path)) {
    if (text.length > LARGEST_TEXT) continue;
    const described = functions.map((_, i) => registry.describe(firstId + i)).filter((one) => one.file === file);
    if (described.length === 0) continue;
    all.length += text.length;
    const told = inPlace(described, text, file);
    if (told.length >= MINIMUM_PLACED * described.length) all.functions.push(...told);
  }
  return all;
}

function inPlace(described: SensorFunction[], text: string, file: string): SensorFunction[] {
  const lineStarts = lineStartsOf(text);
  const at = new Map<string, Fingerprint>();
  try {
    for (const { fingerprint, nameStart, ...outlined } of fingerprintedText(text, file)) {
      for (const offset of [nameStart, ...startsOf(outlined, text)]) {
        const line = lineAt(lineStarts, offset);
        at.set(`${line + 1}:${offset - lineStarts[line]! + 1}`, fingerprint);
      }
    }
  } catch {
    // A text that the sensor cannot read.
  }
  return described.flatMap((one) => {
    const fingerprint = at.get(`${one.line}:${one.column}`);
    return fingerprint ? [named(one, fingerprint)] : [];
  });
}

function named(described: SensorFunction, fingerprint: Fingerprint): SensorFunction {
  return { ...described, fingerprint: packFingerprint(fingerprint) };
}

/** Throws what the parser throws. */
function fingerprintedText(text: string, file: string): FingerprintedFunction[] {
  const script = /\.[cm]?ts$/.test(file) ? withoutTypes(text) : text;
  return script === null ? [] : fingerprintEstree(parseProgram(script, 'either'), script);
}
