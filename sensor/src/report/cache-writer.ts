// Appends what was instrumented to the code cache, in the reporter's thread. One process at a time writes a file: the
// one that could make the lock beside it.

import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { LARGEST_CACHE, wholeLength } from '../load/code-cache.js';

/** A lock that is older was left by a process that was killed. */
const STALE_LOCK_MS = 10 * 60_000;
/** A file that no start has used for so long is removed. */
const UNUSED_MS = 30 * 24 * 3_600_000;
const BYTES_AT_ONCE = 4 * 2 ** 20;

export class CacheWriter {
  readonly #file: string;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #state: 'not yet' | 'locked' | 'off' = 'not yet';

  constructor(file: string) {
    this.#file = file;
  }

  add(record: Uint8Array): void {
    if (this.#state === 'not yet') this.#state = this.#lock() ? 'locked' : 'off';
    if (this.#state === 'off') return;
    this.#waiting.push(record);
    this.#waitingBytes += record.length;
    if (this.#waitingBytes > BYTES_AT_ONCE) this.flush();
  }

  /** Writes what waits. A disk that is full, or a folder that is gone, ends it quietly. */
  flush(): void {
    if (this.#waiting.length === 0) return;
    const records = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    try {
      appendFileSync(this.#file, Buffer.concat(records), { mode: 0o600 });
    } catch {
      this.#unlock('off');
    }
  }

  /** Writes what waits, and lets another process write. */
  close(): void {
    this.flush();
    this.#unlock('not yet');
  }

  #unlock(next: 'not yet' | 'off'): void {
    if (this.#state === 'locked') rmSync(`${this.#file}.lock`, { force: true });
    this.#state = next;
  }

  #lock(): boolean {
    const lock = `${this.#file}.lock`;
    try {
      const age = ageMs(lock);
      if (age !== null && age > STALE_LOCK_MS) rmSync(lock, { force: true });
      closeSync(openSync(lock, 'wx', 0o600));
      if ((sizeOf(this.#file) ?? 0) > LARGEST_CACHE) rmSync(this.#file);
      cutOffBroken(this.#file);
      removeOld(dirname(this.#file));
      return true;
    } catch {
      return false;
    }
  }
}

/** Says that the file is in use: those that are not are removed in time. */
export function touch(file: string): void {
  try {
    utimesSync(file, new Date(), new Date());
  } catch {
    // There is none yet.
  }
}

/** What a writer left that was stopped halfway: nothing behind it would be found. */
function cutOffBroken(file: string): void {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return;
  const descriptor = openSync(file, 'r+');
  try {
    const whole = wholeLength(descriptor);
    if (whole < fstatSync(descriptor).size) ftruncateSync(descriptor, whole);
  } finally {
    closeSync(descriptor);
  }
}

function removeOld(folder: string): void {
  for (const name of readdirSync(folder)) {
    if (!/^[0-9a-f]{40}\.code(\.lock)?$/.test(name)) continue;
    if ((ageMs(join(folder, name)) ?? 0) > UNUSED_MS) rmSync(join(folder, name), { force: true });
  }
}

function ageMs(file: string): number | null {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return null;
  }
}

function sizeOf(file: string): number | null {
  try {
    return statSync(file).size;
  } catch {
    return null;
  }
}
