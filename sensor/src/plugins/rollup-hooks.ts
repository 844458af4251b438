// What the plugins for Rollup and Vite have in common. JavaScript is instrumented as it lies on disk, before other
// plugins turn CommonJS into functions around it; everything else once it has become JavaScript.

import { lineStartsOf } from '@prodlens/syntax/lines';
import { insertionMap } from '../instrument/insertion-map.js';
import { instrumentModule, JAVASCRIPT, SCRIPT } from './instrument-module.js';
import { REGISTER } from './manifest.js';
import type { PluginSettings } from './options.js';
import { prelude, preludeOffset } from './prelude.js';
import { sensorFiles } from './sensor-files.js';
import { identityMap, type SourceMapData, shiftedMap } from './shifted-map.js';

/** A text and the map from it to the one that the hook was given. */
export interface Transformed {
  code: string;
  map: SourceMapData;
}

/** Ids with a query or a "\0" are not the text of a file. */
const VIRTUAL = /[?\0]/;

/** null for what is left as it is: virtual modules, other languages, what is not to be measured. */
export function transformJavaScript(code: string, id: string, settings: PluginSettings): Transformed | null {
  if (VIRTUAL.test(id) || !JAVASCRIPT.test(id)) return null;
  const result = instrumentModule({ path: id, code, map: null }, settings);
  return result && { code: result.code, map: result.insertions };
}

/** `combinedMap` leads from the code to the file. */
export function transformCompiled(
  code: string,
  id: string,
  combinedMap: () => SourceMapData,
  settings: PluginSettings,
): Transformed | null {
  if (VIRTUAL.test(id) || !SCRIPT.test(id) || isInstrumented(code)) return null;
  const result = instrumentModule({ path: id, code, map: combinedMap() }, settings);
  return result && { code: result.code, map: result.insertions };
}

/** Puts the prelude into a chunk with instrumented modules; into each, as chunks run before those that import them. */
export function renderChunk(code: string, fileName: string, format: string, register: boolean): Transformed | null {
  if (!isInstrumented(code)) return null;
  const at = preludeOffset(code);
  const text = prelude(FORMATS[format] ?? 'script', register);
  const insertions = insertionMap(code, [{ at, text, of: 0 }], lineStartsOf(code), fileName);
  const map = shiftedMap(identityMap(fileName, code), insertions);
  return { code: code.slice(0, at) + text + code.slice(at), map };
}

const FORMATS: Record<string, 'module' | 'commonjs'> = { es: 'module', esm: 'module', cjs: 'commonjs' };

/** Emits the sensor's files where a chunk of the output is instrumented. */
export function emitSensorFiles(
  bundle: Record<string, { type: string; code?: string }>,
  emit: (file: { type: 'asset'; fileName: string; source: string }) => void,
): void {
  if (!Object.values(bundle).some(({ code }) => code !== undefined && isInstrumented(code))) return;
  for (const { path, text } of sensorFiles()) emit({ type: 'asset', fileName: path, source: text });
}

function isInstrumented(code: string): boolean {
  return code.includes(`${REGISTER}(`);
}
