// Instrumented texts kept on disk, so that a program that starts again only reads them. One file a service: records
// appended one after the other, found by what they were made from (the source's text and the sensor's build), never
// changed. A file that is broken is used up to the break, and whoever writes next cuts it off there. A record ends with
// its key once more: one whose writer was stopped halfway, with others behind it, is not taken for whole.
//
// What is in it runs inside the program: it is only used where nobody but the program's own user can write it.

import { createHash, hash } from 'node:crypto';
import { closeSync, constants, fstatSync, mkdirSync, openSync, readSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { debuglog } from 'node:util';

/** One module, ready to run but for its ids. */
export interface CachedModule {
  /** The instrumented text, in latin1 or, where that cannot hold it, in UTF-16 with the low byte first. */
  text: Buffer;
  encoding: 'latin1' | 'utf16le';
  /** By turns the UTF-16 offset of an id in the text, and the index of its function. */
  idOffsets: Uint32Array;
  /** A byte a function: bits of FLAG in measure/counters.ts. */
  flags: Uint8Array;
  /** See report/loaded-module.ts. */
  functions: string;
  /** See instrument/insertion-columns.ts. */
  columns: Uint8Array;
}

export interface CodeCache {
  /** What it returns is to be used before the next call. */
  find(key: string): CachedModule | null;
  close(): void;
}

const debug = debuglog('prodlens');

// Taken now: a program may replace it.
const hashOf = hash;
const sha1 = () => createHash('sha1');

/** A file that has grown beyond it is started anew by whoever writes it. */
export const LARGEST_CACHE = 256 * 2 ** 20;
const MAGIC = 0x506c4334;
const KEY_BYTES = 28;
/** Of a key's bytes, those that say what the text was made by. */
const MADE_BYTES = 8;
/** Magic, length of the record, key, encoding, and the lengths of the five parts. */
const HEADER_BYTES = 4 + 4 + KEY_BYTES + 4 + 5 * 4;
const SHORTEST_RECORD = HEADER_BYTES + KEY_BYTES;
const BLOCK_BYTES = 2 ** 18;

/** The file for the service at `root`; null where caching is off or there is no place for it. `setting` is a folder, '' or off. */
export function cacheFileOf(setting: string, root: string): string | null {
  if (/^(0|false|no|off)$/i.test(setting)) return null;
  try {
    const folder = setting || join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'prodlens');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    if (!isPrivate(statSync(folder))) {
      debug('no code cache: others can write %s', folder);
      return null;
    }
    return join(folder, `${sha1().update(root).digest('hex')}.code`);
  } catch (error) {
    debug('no code cache: %s', (error as Error).message);
    return null;
  }
}

const keysOfMade = new Map<string, string>();

/** Key of a text: `made` names all else that the result depends on, and is one of few. */
export function cacheKey(source: string, made: string): string {
  let key = keysOfMade.get(made);
  if (key === undefined) {
    key = hashOf('sha1', made, 'binary').slice(0, MADE_BYTES);
    keysOfMade.set(made, key);
  }
  return key + hashOf('sha1', source, 'binary');
}

/**
 * Goes through the file as modules are asked for, which is mostly in the order in which they stand there. Never throws;
 * what cannot be read is not there.
 */
export function openCodeCache(file: string | null): CodeCache {
  const descriptor = file === null ? null : openPrivate(file);
  if (descriptor === null) return NO_CACHE;
  const inBlocks = blockReader(descriptor);
  const alone = reader(descriptor);
  const rest = recordsIn(descriptor, inBlocks);
  /** By key, where its record begins. A number each, since a program has thousands of modules. */
  const passed = new Map<string, number>();
  return {
    find: (key) => {
      const before = passed.get(key);
      const known = before === undefined ? null : readRecord(alone, before, lengthAt(alone, before));
      if (known !== null) return known;
      for (let next = rest.next(); !next.done; next = rest.next()) {
        const { at, length } = next.value;
        const isAsked = next.value.key === key;
        // The key that was asked for is kept by others too.
        passed.set(isAsked ? key : next.value.key, at);
        const found = isAsked ? readRecord(inBlocks, at, length) : null;
        if (found !== null) return found;
      }
      return null;
    },
    close: () => closeSync(descriptor),
  };
}

const NO_CACHE: CodeCache = { find: () => null, close: () => {} };

const NO_BYTES = Buffer.alloc(0);

interface Place {
  at: number;
  length: number;
}

/** So many bytes from this place of the file; null where it ends before. They are valid until the next call. */
type Read = (at: number, length: number) => Buffer | null;

function reader(descriptor: number): Read {
  return (at, length) => {
    const bytes = Buffer.allocUnsafeSlow(length);
    return readSync(descriptor, bytes, 0, length, at) === length ? bytes : null;
  };
}

/**
 * The same for places one after the other: a block at a time, instead of a call of the system for each. The block goes
 * when memory is wanted while nobody asks.
 */
function blockReader(descriptor: number): Read {
  let held: WeakRef<Buffer> | null = null;
  let blockAt = 0;
  return (at, length) => {
    let block = held?.deref() ?? NO_BYTES;
    if (at < blockAt || at + length > blockAt + block.length) {
      if (block.length < length || block.length < BLOCK_BYTES)
        block = Buffer.allocUnsafeSlow(Math.max(length, BLOCK_BYTES));
      const got = readSync(descriptor, block, 0, block.length, at);
      blockAt = at;
      if (got < block.length) block = block.subarray(0, got);
      held = new WeakRef(block);
    }
    const from = at - blockAt;
    return from + length <= block.length ? block.subarray(from, from + length) : null;
  };
}

function lengthAt(read: Read, at: number): number {
  return read(at, HEADER_BYTES)?.readUInt32LE(4) ?? 0;
}

/** The records up to a break in the lengths. */
function* recordsIn(descriptor: number, read: Read): Generator<Place & { key: string }> {
  const { size } = fstatSync(descriptor);
  for (let at = 0, header = read(0, HEADER_BYTES); header !== null; header = read(at, HEADER_BYTES)) {
    const length = header.readUInt32LE(4);
    if (header.readUInt32LE(0) !== MAGIC || length < SHORTEST_RECORD || at + length > size) return;
    yield { key: header.toString('latin1', 8, 8 + KEY_BYTES), at, length };
    at += length;
  }
}

/** Length of the file's part that holds whole records. For the one writer: another's last record may be on its way. */
export function wholeLength(descriptor: number): number {
  const read = reader(descriptor);
  let whole = 0;
  for (const { key, at, length } of recordsIn(descriptor, read)) {
    if (read(at + length - KEY_BYTES, KEY_BYTES)?.toString('latin1') !== key) break;
    whole = at + length;
  }
  return whole;
}

/** The record of a module, as it goes to the end of the file. */
export function cacheRecord(key: string, module: CachedModule): Buffer {
  const idOffsets = Buffer.from(module.idOffsets.buffer, module.idOffsets.byteOffset, module.idOffsets.byteLength);
  const parts = [module.text, idOffsets, module.flags, Buffer.from(module.functions), module.columns];
  const header = Buffer.alloc(HEADER_BYTES);
  const length = parts.reduce((sum, part) => sum + part.length, SHORTEST_RECORD);
  header.writeUInt32LE(MAGIC, 0);
  header.writeUInt32LE(length, 4);
  header.write(key, 8, 'latin1');
  header.writeUInt32LE(module.encoding === 'latin1' ? 1 : 2, 8 + KEY_BYTES);
  for (const [i, part] of parts.entries()) header.writeUInt32LE(part.length, 12 + KEY_BYTES + 4 * i);
  return Buffer.concat([header, ...parts, header.subarray(8, 8 + KEY_BYTES)], length);
}

/** Its parts are valid until the next call. */
function readRecord(read: Read, at: number, length: number): CachedModule | null {
  const bytes = read(at, length);
  if (bytes === null) return null;
  const encoding = bytes.readUInt32LE(8 + KEY_BYTES) === 1 ? 'latin1' : 'utf16le';
  let from = HEADER_BYTES;
  const [text, idOffsets, flags, functions, columns] = [0, 1, 2, 3, 4].map((i) => {
    const part = bytes.subarray(from, from + bytes.readUInt32LE(12 + KEY_BYTES + 4 * i));
    from += part.length;
    return part;
  }) as [Buffer, Buffer, Buffer, Buffer, Buffer];
  if (from !== length - KEY_BYTES || bytes.compare(bytes, 8, 8 + KEY_BYTES, from) !== 0) return null;
  return {
    text,
    encoding,
    idOffsets: new Uint32Array(idOffsets.buffer.slice(idOffsets.byteOffset, idOffsets.byteOffset + idOffsets.length)),
    flags,
    functions: functions.toString(),
    // Crosses to another thread, without the rest of the record.
    columns: new Uint8Array(columns),
  };
}

/** A descriptor of the file, for reading; null where it is not there, or not this user's alone. */
function openPrivate(file: string): number | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
    const stats = fstatSync(descriptor);
    if (stats.isFile() && isPrivate(stats) && stats.size <= LARGEST_CACHE) return descriptor;
  } catch {
    // There is none yet.
  }
  if (descriptor !== null) closeSync(descriptor);
  return null;
}

/** Owned by this user, and writable by nobody else. Windows keeps such rights elsewhere: the user's own folder is trusted. */
function isPrivate(stats: { uid: number; mode: number }): boolean {
  if (process.getuid === undefined) return true;
  return stats.uid === process.getuid() && (stats.mode & 0o022) === 0;
}
