// An uploaded source map, brought into the one form that is kept: no text of any source, no comments, no sections, and
// sources given as paths from the service's root. Pure.

import { posix } from 'node:path';
import { decodedMappings, encodedMap, FlattenMap, type SourceMapInput, type TraceMap } from '@jridgewell/trace-mapping';
import { ProdlensError, quoted } from '../errors.js';

/** Revision 3, as it is kept. */
export interface PlainSourceMap {
  version: 3;
  names: string[];
  /** From the service's root, with "/"; null where the map does not say, or only the machine that built it knows. */
  sources: (string | null)[];
  mappings: string;
}

const LONGEST_PATH = 4_096;
/** A bundler's own scheme: webpack://name/./src/x.ts. */
const BUNDLER_SCHEME = /^[\w.-]+:\/\/[^/]*\//;

/**
 * The map of a compiled file (path from the service's root, with "/"), as received. Throws
 * PRODLENS_ERR_INVALID_REQUEST when it is not a source map of revision 3.
 */
export function plainSourceMap(file: string, received: Record<string, unknown>): PlainSourceMap {
  const map = flattened(file, received);
  const { names, mappings } = encodedMap(map);
  const folder = posix.dirname(file);
  const sources = map.sources.map((source) => (source === null ? null : fromRoot(source, map.sourceRoot, folder)));
  return { version: 3, names, sources, mappings };
}

function flattened(file: string, received: Record<string, unknown>): TraceMap {
  if (received.version !== 3) throw invalid(file, 'it is not of version 3');
  try {
    const plain = withoutTexts(received);
    checkShape(plain);
    const map = FlattenMap(plain as unknown as SourceMapInput);
    for (const segment of decodedMappings(map).flat()) {
      if (segment.some((number) => !Number.isInteger(number) || number < 0)) throw new Error('its mappings are broken');
      const [, source = -1, , , name = -1] = segment;
      if (source >= map.sources.length || name >= map.names.length) throw new Error('a mapping leads nowhere');
    }
    return map;
  } catch (cause) {
    throw invalid(file, cause instanceof Error ? cause.message : String(cause));
  }
}

/** The map, and those of its sections, without what the collector must not have: the text of the sources. */
export function withoutTexts(map: Record<string, unknown>): Record<string, unknown> {
  const { version, sources, sourceRoot, names = [], mappings, sections } = map;
  if (!Array.isArray(sections)) return { version, sources, sourceRoot, names, mappings };
  return { version, sections: sections.map((s) => ({ offset: s.offset, map: withoutTexts(s.map) })) };
}

/** Throws what is wrong with the shape of a map or of one of its sections. */
function checkShape({ sources, sourceRoot = null, names, mappings, sections }: Record<string, unknown>): void {
  if (Array.isArray(sections)) {
    for (const { offset, map } of sections) {
      if (![offset?.line, offset?.column].every(Number.isSafeInteger)) throw new Error('a section has no offset');
      checkShape(map);
    }
    return;
  }
  if (!isListOf(sources, (s) => s === null || typeof s === 'string')) throw new Error('its sources are not texts');
  if (sourceRoot !== null && typeof sourceRoot !== 'string') throw new Error('its sourceRoot is no text');
  if (!isListOf(names, isShortText)) throw new Error('its names are not short texts');
  if (typeof mappings !== 'string' || /[^\w+/;,]|_/.test(mappings)) throw new Error('its mappings are broken');
}

function isListOf(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function fromRoot(source: string, sourceRoot: string | undefined, folder: string): string | null {
  const path = sourceRoot ? `${sourceRoot.replace(/\/$/, '')}/${source}` : source;
  const relative = BUNDLER_SCHEME.test(path) ? path.replace(BUNDLER_SCHEME, '') : posix.join(folder, path);
  if (source.startsWith('/') || path.startsWith('/') || path.startsWith('file:')) return null;
  return isShortText(relative) ? posix.normalize(relative) : null;
}

function isShortText(value: unknown): boolean {
  return typeof value === 'string' && value.length <= LONGEST_PATH;
}

function invalid(file: string, why: string): ProdlensError {
  return new ProdlensError(
    'PRODLENS_ERR_INVALID_REQUEST',
    `The source map of ${quoted(file)} cannot be read: ${quoted(why, 160)}`,
  );
}
