// The source maps that were uploaded, and what a sensor that could not map a compiled file itself gets from them: the
// original file, line, column and name of each function, and the places in what it captured. A map is used for what comes
// after its upload.

import { promisify } from 'node:util';
import { brotliCompress, brotliDecompress, constants } from 'node:zlib';
import { TraceMap, traceSegment } from '@jridgewell/trace-mapping';
import type { FunctionPlace, SensorFunction, SnapshotFrame } from '@prodlens/protocol';
import type { Store } from '../store/store.js';
import { createFrameNames } from './frame-names.js';
import { type PlainSourceMap, plainSourceMap } from './source-map.js';

const compress = promisify(brotliCompress);
const decompress = promisify(brotliDecompress);
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } };
/** Characters of maps that stay parsed, the last used; parsed, they take about ten bytes each. */
const PARSED_CHARACTERS = 8 * 1024 * 1024;

export interface UploadedMap {
  /** Of the compiled file, from the service's root, with "/". */
  file: string;
  map: Record<string, unknown>;
}

export interface SourceMaps {
  /** Durable when it resolves; the versions that made room. Throws PRODLENS_ERR_INVALID_REQUEST or …_SOURCE_MAPS_FULL. */
  put(service: string, version: string, maps: UploadedMap[], nowUnixMs: number): Promise<string[]>;
  mapper(service: string, version: string): SessionMapper;
}

/** For one session. What no map knows is as it was. */
export interface SessionMapper {
  /** The session must name its functions by it. */
  functions(named: SensorFunction[]): Promise<SensorFunction[]>;
  /** null where no map knows it. Of a function that the session has named. */
  place(place: FunctionPlace): Promise<FunctionPlace | null>;
  /** Where a frame of a stack was written, and its function's name; null where no map knows the place. */
  frame(frame: SnapshotFrame): Promise<SnapshotFrame | null>;
}

/** 1-based. */
export interface Position {
  file: string;
  line: number;
  column: number;
}

interface Parsed {
  map: TraceMap;
  sources: (string | null)[];
  characters: number;
}

export function createSourceMaps(store: Store): SourceMaps {
  const parsed = new Map<string, Parsed>();
  const keyOf = (...parts: string[]) => JSON.stringify(parts);

  async function read(service: string, version: string, file: string): Promise<Parsed | null> {
    const key = keyOf(service, version, file);
    const kept = parsed.get(key) ?? (await parse(service, version, file));
    if (kept === null) return null;
    parsed.delete(key);
    parsed.set(key, kept);
    let characters = 0;
    for (const [other, item] of [...parsed].reverse()) {
      characters += item.characters;
      if (characters > PARSED_CHARACTERS) parsed.delete(other);
    }
    return kept;
  }

  async function parse(service: string, version: string, file: string): Promise<Parsed | null> {
    const packed = await store.sourceMap(service, version, file);
    if (packed === null) return null;
    const text = String(await decompress(packed));
    const map: PlainSourceMap = JSON.parse(text);
    return { map: new TraceMap(map), sources: map.sources, characters: text.length };
  }

  return {
    async put(service, version, maps, nowUnixMs) {
      const packed = await Promise.all(
        maps.map(async ({ file, map }) => ({
          file,
          map: await compress(JSON.stringify(plainSourceMap(file, map)), BROTLI),
        })),
      );
      const dropped = await store.putSourceMaps(service, version, packed, nowUnixMs);
      for (const { file } of maps) parsed.delete(keyOf(service, version, file));
      return dropped;
    },

    mapper(service, version) {
      const ordinals = createOrdinals();
      const names = createFrameNames();
      const mapOf = async (file: string) => {
        const files = await store.sourceMapFiles(service, version);
        return files.has(file) ? read(service, version, file) : null;
      };
      return {
        async functions(named) {
          const result = [...named];
          const mapped: SensorFunction[] = [];
          for (const file of new Set(named.map((f) => f.file))) {
            const found = await mapOf(file);
            if (found === null) continue;
            for (const [i, f] of named.entries()) {
              const original = f.file === file ? originalOf(f, found) : null;
              if (original === null) continue;
              result[i] = original;
              mapped.push(original);
              names.add(f, original);
            }
          }
          ordinals.add(mapped);
          return result;
        },
        async place(place) {
          const found = await mapOf(place.file);
          const original = found && originalOf(place, found);
          return original && { ...original, ordinal: ordinals.of(original) ?? place.ordinal };
        },
        async frame(frame) {
          const found = await mapOf(frame.file);
          const original = found && originalPosition(frame.line, frame.column, found);
          if (original === null) return null;
          const { name: _, ...position } = original;
          return {
            ...frame,
            ...position,
            functionName: names.find(frame.functionName, frame, position) ?? frame.functionName,
          };
        },
      };
    },
  };
}

/** null where the map does not know the position. A copy, whose ordinal is still that among the compiled functions. */
function originalOf<F extends FunctionPlace>(f: F, parsed: Parsed): F | null {
  const position = originalPosition(f.line, f.column, parsed);
  if (position === null) return null;
  const { name, ...place } = position;
  return { ...f, ...place, ...filePlace(place.file), name: name === null ? f.name : renamed(f.name, name) };
}

/** `name`: what the map calls that very place; null where it calls it nothing. */
function originalPosition(line: number, column: number, { map, sources }: Parsed) {
  const segment = traceSegment(map, line - 1, column - 1);
  if (segment === null || segment.length === 1) return null;
  const [at, source, originalLine, originalColumn, name] = segment;
  const file = sources[source];
  if (file === null || file === undefined) return null;
  const isNamed = name !== undefined && at === column - 1;
  return { file, line: originalLine + 1, column: originalColumn + 1, name: isNamed ? map.names[name]! : null };
}

/** Whose a file is, as a sensor says it. */
function filePlace(path: string): Pick<SensorFunction, 'file' | 'package'> {
  const at = path.lastIndexOf('node_modules/');
  if (at < 0) return { file: path, package: null };
  const file = path.slice(at);
  const [, first = '', second] = file.split('/');
  return { file, package: first.startsWith('@') ? `${first}/${second}` : first };
}

/**
 * The qualified name with its last segment replaced, where that is an identifier: "Cart.a" -> "Cart.total". A default
 * export without a name stands where it begins: what the map calls that place is its parameter.
 */
function renamed(qualifiedName: string, name: string): string {
  return qualifiedName.replace(/(?<=^|[. ])(?!default$)#?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u, () => name);
}

/**
 * Counts functions of the same name anew, in each original file by position: in a bundle they were counted over all
 * files. What comes later in the session counts on.
 */
function createOrdinals() {
  const known = new Map<string, Map<string, number>>();
  const key = ({ file, name }: FunctionPlace) => JSON.stringify([file, name]);
  const position = ({ line, column }: FunctionPlace) => `${line}:${column}`;
  return {
    /** Gives them their ordinals. */
    add(functions: FunctionPlace[]): void {
      for (const f of [...functions].sort((a, b) => a.line - b.line || a.column - b.column)) {
        const ordinals = known.get(key(f)) ?? new Map<string, number>();
        known.set(key(f), ordinals);
        f.ordinal = ordinals.get(position(f)) ?? ordinals.size;
        ordinals.set(position(f), f.ordinal);
      }
    },
    /** undefined for one that was not added. */
    of: (f: FunctionPlace) => known.get(key(f))?.get(position(f)),
  };
}
