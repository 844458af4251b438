// The last known numbers on the disk: what the collector said of each file, as it said it, so that a file that is
// opened has its lenses before any collector has answered, and has them while none can be reached. Bounded, readable
// by nobody else, and safe to delete: what cannot be read or written is as if it were not there.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

export interface LastKnown {
  /** The messages that were kept; null where there are none. */
  read<T>(key: string): Promise<Kept<T> | null>;
  /** Messages, each without a line's end in it. Kept soon; the last ones count. */
  keep(key: string, texts: string[]): void;
  /** Writes what waits. */
  flush(): Promise<void>;
}

export interface Kept<T> {
  messages: T[];
  /** When the collector said it. */
  atUnixMs: number;
}

export const CATALOG_KEY = 'catalog';
export const ALERTS_KEY = 'alerts';

/** Numbers of different windows are kept apart. */
export function functionsKey(file: string, windowSeconds: number): string {
  return `functions\0${windowSeconds}\0${file}`;
}

const MAXIMUM_FILES = 2_000;
const MAXIMUM_BYTES = 64 * 1024 * 1024;
/** Numbers come four times a minute; a disk needs them less often. */
const WRITE_INTERVAL_MS = 60_000;
const FIRST_WRITE_MS = 1_000;

/** `url` is the collector's; one collector's numbers are never shown as another's. */
export function lastKnown(folder: string, url: string): LastKnown {
  const own = join(folder, digest(url));
  const waiting = new Map<string, string[]>();
  let timer: NodeJS.Timeout | null = null;
  let writtenAtMs = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> = Promise.resolve();

  const fileOf = (key: string) => join(own, `${digest(key)}.json`);

  async function read<T>(key: string): Promise<Kept<T> | null> {
    try {
      const [text, { mtimeMs }] = await Promise.all([readFile(fileOf(key), 'utf8'), stat(fileOf(key))]);
      const messages: T[] = [];
      for (const line of text.split('\n')) {
        messages.push(JSON.parse(line) as T);
        await new Promise(setImmediate);
      }
      return { messages, atUnixMs: mtimeMs };
    } catch {
      return null;
    }
  }

  async function write(): Promise<void> {
    const texts = [...waiting];
    waiting.clear();
    writtenAtMs = performance.now();
    try {
      await mkdir(own, { recursive: true, mode: 0o700 });
      for (const [key, lines] of texts) {
        // Another editor's server may be reading it.
        const unfinished = `${fileOf(key)}.${process.pid}`;
        await writeFile(unfinished, lines.join('\n'), { mode: 0o600 });
        await rename(unfinished, fileOf(key));
      }
      await removeOldest(own);
    } catch {
      // A full or read-only disk.
    }
  }

  function flush(): Promise<void> {
    if (timer) clearTimeout(timer);
    timer = null;
    writing = writing.then(() => (waiting.size > 0 ? write() : undefined));
    return writing;
  }

  return {
    read,
    keep(key, texts) {
      waiting.set(key, texts);
      if (timer) return;
      timer = setTimeout(flush, Math.max(FIRST_WRITE_MS, writtenAtMs + WRITE_INTERVAL_MS - performance.now()));
      timer.unref();
    },
    flush,
  };
}

/** Where programs of this user keep what they can do without: XDG_CACHE_HOME, or what the system has for it. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME, LOCALAPPDATA } = process.env;
  const base = XDG_CACHE_HOME || (process.platform === 'win32' ? LOCALAPPDATA : undefined) || join(homedir(), '.cache');
  return join(base, 'prodlens', 'language-server');
}

async function removeOldest(folder: string): Promise<void> {
  const names = await readdir(folder);
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(folder, name));
      return { name, size, mtimeMs };
    }),
  );
  files.sort((a, b) => b.mtimeMs - a.mtimeMs);
  let bytes = 0;
  for (const [index, { name, size }] of files.entries()) {
    bytes += size;
    if (index >= MAXIMUM_FILES || bytes > MAXIMUM_BYTES) await rm(join(folder, name), { force: true });
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
