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

const MAP_COMMENT = /^[ \t]*\/\/[#@] sourceMappingURL=(\S+)[ \t]*$/gm;
const INLINE = /^data:application\/json;(?:charset=[^;,]+;)?base64,/;

/** The address in the last sourceMappingURL comment of a text; null where there is none. */
export function sourceMapUrl(source: string): string | null {
  if (!source.includes('sourceMappingURL=')) return null;
  return [...source.matchAll(MAP_COMMENT)].at(-1)?.[1] ?? null;
}

/** A function from compiled to original positions of one module; one that changes nothing where no map can be read. */
export function originalPositions(path: string, mapUrl: string | null): (line: number, column: number) => Position {
  const asItIs = (line: number, column: number): Position => ({ path, line, column });
  if (mapUrl === null) return asItIs;
  try {
    const { map, folder } = readMap(path, mapUrl);
    return (line, column) => {
      const entry = map.findEntry(line, column);
      if (!('originalSource' in entry) || !entry.originalSource) return asItIs(line, column);
      const { originalSource, originalLine, originalColumn } = entry;
      return { path: sourcePath(originalSource, folder), line: originalLine, column: originalColumn };
    };
  } catch {
    return asItIs;
  }
}

function readMap(path: string, mapUrl: string): { map: SourceMap; folder: string } {
  if (INLINE.test(mapUrl)) {
    const json = Buffer.from(mapUrl.replace(INLINE, ''), 'base64').toString('utf8');
    return { map: new SourceMap(JSON.parse(json)), folder: dirname(path) };
  }
  const file = mapUrl.startsWith('file:') ? fileURLToPath(mapUrl) : resolve(dirname(path), decodeURIComponent(mapUrl));
  return { map: new SourceMap(JSON.parse(readFileSync(file, 'utf8'))), folder: dirname(file) };
}

function sourcePath(source: string, folder: string): string {
  if (source.startsWith('file:')) return fileURLToPath(source);
  // A bundler's own scheme, webpack://name/./src/x.ts, carries a path relative to where it ran.
  return resolve(folder, source.replace(/^[\w-]+:\/\/\/?[^/]*\/(?:\.\/)?/, ''));
}
