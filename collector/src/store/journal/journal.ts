// What was received and is not yet in its final place: records appended to numbered segment files, synced to the disk
// in groups without holding up the thread, read again after a start, dropped as a whole once all of a segment is
// elsewhere. Appending is the cheapest way to make a window durable: nothing is read, nothing is written twice.
//
// A record: length (4 bytes, little endian), CRC-32 of the bytes, the bytes. A segment ends where a record is cut short
// or does not match: such a tail was never acknowledged.

import {
  closeSync,
  fdatasync,
  ftruncateSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writev,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { crc32 } from 'node:zlib';

const HEAD_BYTES = 8;
const SEGMENT = /^(\d{10})\.journal$/;

export interface Journal {
  /** Durable when it resolves; nothing of it is there when it rejects. One append at a time. */
  append(records: Uint8Array[]): Promise<void>;
  /** Bytes of all segments. */
  bytes(): number;
  /** What is appended from now on goes to a new segment; the number of the one before. */
  rotate(): number;
  /** Forgets a segment that is not the current one. */
  drop(segment: number): void;
  close(): void;
}

const sync = promisify(fdatasync);
const write = promisify(writev);

/** The numbers of the segments in the folder, ascending. */
export function segmentsOf(folder: string): number[] {
  return namesIn(folder)
    .flatMap((name) => SEGMENT.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** The records of a segment, in the order of their appending. */
export function* readSegment(folder: string, segment: number): Generator<Uint8Array> {
  const bytes = readFileSync(pathOf(folder, segment));
  for (let at = 0; at + HEAD_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32LE(at);
    const record = bytes.subarray(at + HEAD_BYTES, at + HEAD_BYTES + length);
    if (record.length < length || crc32(record) !== bytes.readUInt32LE(at + 4)) return;
    yield record;
    at += HEAD_BYTES + length;
  }
}

/** Opens a new segment behind those that are there and behind `after`. The folder must exist. */
export function openJournal(folder: string, after: number): Journal {
  const sizes = new Map(segmentsOf(folder).map((segment) => [segment, statSync(pathOf(folder, segment)).size]));
  let current = Math.max(after, ...sizes.keys()) + 1;
  let file = openSync(pathOf(folder, current), 'wx', 0o600);
  sizes.set(current, 0);
  let folderSynced = false;

  async function syncFolder(): Promise<void> {
    if (folderSynced) return;
    const handle = await open(folder);
    // Some systems cannot sync a folder; there the file system sees to it.
    await handle.sync().catch(() => {});
    await handle.close();
    folderSynced = true;
  }

  return {
    async append(records) {
      const size = sizes.get(current)!;
      const segment = file;
      let at = size;
      try {
        const parts = records.flatMap((record) => {
          const head = Buffer.alloc(HEAD_BYTES);
          head.writeUInt32LE(record.length, 0);
          head.writeUInt32LE(crc32(record), 4);
          return [head, record];
        });
        at += await writeAll(segment, parts, at);
        await sync(segment);
        await syncFolder();
      } catch (error) {
        ftruncateSync(segment, size);
        throw error;
      }
      sizes.set(current, at);
    },
    bytes: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
    rotate() {
      const before = current;
      const next = openSync(pathOf(folder, current + 1), 'wx', 0o600);
      closeSync(file);
      file = next;
      current++;
      sizes.set(current, 0);
      folderSynced = false;
      return before;
    },
    drop(segment) {
      rmSync(pathOf(folder, segment), { force: true });
      sizes.delete(segment);
    },
    close() {
      closeSync(file);
      if (sizes.get(current) === 0) rmSync(pathOf(folder, current), { force: true });
    },
  };
}

/** Bytes, which are all of them. */
async function writeAll(file: number, parts: Uint8Array[], position: number): Promise<number> {
  const bytes = parts.reduce((sum, { length }) => sum + length, 0);
  let { bytesWritten } = await write(file, parts, position);
  while (bytesWritten < bytes) {
    const rest = Buffer.concat(parts).subarray(bytesWritten);
    bytesWritten += (await write(file, [rest], position + bytesWritten)).bytesWritten;
  }
  return bytes;
}

function pathOf(folder: string, segment: number): string {
  return join(folder, `${String(segment).padStart(10, '0')}.journal`);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
