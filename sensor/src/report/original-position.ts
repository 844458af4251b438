// Where a compiled position was written: through the module's own source map, inline or in a file beside it.

import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** 0-based line and column (UTF-16 units) in a file given by its absolute path. */
export interface Position {
  path: string;
  line: number;
  column: number;
}

const MAP_NAME = 'sourceMappingURL=';
const MAP_COMMENT = /^[ \t]*\/\/[#@] sourceMappingURL=(\S+)[ \t]*$/m;
const INLINE = /^data:application\/json;(?:charset=[^;,]+;)?base64,/;

/** The address in the last sourceMappingURL comment of a text; null where there is none. */
export function sourceMapUrl(source: string): string | null {
  if (!source.includes(MAP_NAME)) return null;
  // From the end, where it mostly is, line by line.
  for (let end = source.length; end > 0; ) {
    const at = source.lastIndexOf(MAP_NAME, end - 1);
    if (at < 0) return null;
    const start = source.lastIndexOf('\n', at) + 1;
    const url = MAP_COMMENT.exec(source.slice(start, end))?.[1];
    if (url !== undefined) return url;
    end = start;
  }
  return null;
}

/**
 * A function from compiled to original positions of one module; one that changes nothing where no map can be read.
 * Bundlers write sources relative to where they ran: `root`.
 */
export function originalPositions(
  path: string,
  mapUrl: string | null,
  root: string,
): (line: number, column: number) => Position {
  const asItIs = (line: number, column: number): Position => ({ path, line, column });
  if (mapUrl === null) return asItIs;
  try {
    const { payload, sourceRoot, folder } = readMap(path, mapUrl);
    const map = new SourceMap(payload);
    return (line, column) => {
      const entry = map.findEntry(line, column);
      if (!('originalSource' in entry) || !entry.originalSource) return asItIs(line, column);
      const { originalSource, originalLine, originalColumn } = entry;
      return {
        path: sourcePath(sourceRoot + originalSource, folder, root),
        line: originalLine,
        column: originalColumn,
      };
    };
  } catch {
    return asItIs;
  }
}

/**
 * The texts that a module was made of, by their absolute paths: as the map has them, else as they are on the disk. Without
 * those that cannot be read; empty where there is no map.
 */
export function originalTexts(path: string, mapUrl: string | null, root: string): Map<string, string> {
  const texts = new Map<string, string>();
  if (mapUrl === null) return texts;
  try {
    const { payload, sourceRoot, folder } = readMap(path, mapUrl);
    for (const [i, source] of payload.sources.entries()) {
      const of = sourcePath(sourceRoot + source, folder, root);
      const text = payload.sourcesContent?.[i] ?? readText(of);
      if (text !== null) texts.set(of, text);
    }
  } catch {
    // No map, or one of a shape that has no list of sources.
  }
  return texts;
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

interface ReadMap {
  payload: SourceMap['payload'];
  /** What goes before each source; '' or ending in "/". Node's SourceMap leaves it out. */
  sourceRoot: string;
  folder: string;
}

function readMap(path: string, mapUrl: string): ReadMap {
  if (INLINE.test(mapUrl)) {
    return parseMap(Buffer.from(mapUrl.replace(INLINE, ''), 'base64').toString('utf8'), dirname(path));
  }
  const file = mapUrl.startsWith('file:') ? fileURLToPath(mapUrl) : resolve(dirname(path), decodeURIComponent(mapUrl));
  return parseMap(readFileSync(file, 'utf8'), dirname(file));
}

function parseMap(json: string, folder: string): ReadMap {
  const payload = JSON.parse(json);
  return { payload, sourceRoot: payload.sourceRoot ? payload.sourceRoot.replace(/\/?$/, '/') : '', folder };
}

/** A bundler's own scheme: webpack://name/./src/x.ts, webpack:///src/x.ts. */
const BUNDLER_SCHEME = /^[\w-]+:\/\/[^/]*\//;

function sourcePath(source: string, folder: string, root: string): string {
  if (source.startsWith('file:')) return fileURLToPath(source);
  return BUNDLER_SCHEME.test(source) ? resolve(root, source.replace(BUNDLER_SCHEME, '')) : resolve(folder, source);
}
