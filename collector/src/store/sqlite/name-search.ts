// Functions by a part of their name. All names lie in memory, thousands in one text, which is searched as one: a
// millisecond or two for 100,000 of them, and about 60 bytes each. They are read from the tables by the first question,
// some thousands at a time so that nothing else waits, and given up when nobody has asked for a while.

import { giveWay, paceOf } from '../../pace.js';
import type { Database } from './open-database.js';

/** Names in one text, and in one statement. */
const BLOCK = 4_096;
const KEPT_MS = 10 * 60_000;
/** Between names; none has it. */
const END = '\0';

interface Row {
  id: number;
  file: number;
  name: string;
}

/** Names in lower case, one behind the other, each with END behind it. */
interface Block {
  text: string;
  /** Where each begins in the text. */
  starts: number[];
  ids: number[];
  files: number[];
}

interface Named {
  id: number;
  /** In lower case. */
  name: string;
  /** 0: the name begins with the text; 1: a part of it does, as "Cart.add" for "add"; 2: it is within a word. */
  place: number;
}

export interface NameSearch {
  /** Ids of functions, those in the best place first, then the shortest. */
  find(text: string, limit: number, service?: string): Promise<number[]>;
  /** A function is in the tables that was not. */
  added(row: Row): void;
  /** Functions have gone, or others than those that were told are there. */
  changed(): void;
  /** Gives the names up where nobody has asked for a while. */
  sweep(): void;
}

export function createNameSearch(db: Database): NameSearch {
  const selectNames = db.prepare(`SELECT id, file, name FROM function WHERE id > ? ORDER BY id LIMIT ${BLOCK}`);
  const selectFiles = db.prepare('SELECT fi.id FROM file fi JOIN service s ON s.id = fi.service WHERE s.name = ?');
  let blocks: Promise<Block[]> | null = null;
  /** What was told since reading began. */
  let told = new Map<number, Row>();
  let askedMs = 0;

  async function read(): Promise<Block[]> {
    const own = new Map<number, Row>();
    told = own;
    const found: Block[] = [];
    for (let from = 0; ; ) {
      const rows = selectNames.all(from) as unknown as Row[];
      found.push(blockOf(rows.filter(({ id }) => !own.has(id))));
      if (rows.length < BLOCK) return found;
      from = rows.at(-1)!.id;
      await giveWay();
    }
  }

  function forget(): void {
    blocks = null;
    told = new Map();
  }

  /** All of them: what was told becomes blocks where it is many. */
  async function current(): Promise<Block[]> {
    askedMs = performance.now();
    blocks ??= read();
    const asked = blocks;
    try {
      const found = await asked;
      if (blocks !== asked) return current();
      if (told.size < BLOCK) return [...found, blockOf([...told.values()])];
      found.push(blockOf([...told.values()]));
      told = new Map();
      return found;
    } catch (error) {
      if (blocks === asked) forget();
      throw error;
    }
  }

  return {
    async find(text, limit, service) {
      const part = text.toLowerCase();
      if (part.includes(END)) return [];
      const files = service === undefined ? null : new Set(selectFiles.all(service).map((row) => row.id as number));
      let best: Named[] = [];
      const pace = paceOf();
      for (const block of await current()) {
        for (const named of within(block, part, files)) {
          if (best.push(named) >= 4 * limit + BLOCK) best = first(best, limit);
        }
        await pace();
      }
      return first(best, limit).map(({ id }) => id);
    },

    added(row) {
      if (blocks !== null) told.set(row.id, row);
    },

    changed: forget,

    sweep() {
      if (performance.now() - askedMs > KEPT_MS) forget();
    },
  };
}

function blockOf(rows: Row[]): Block {
  const starts: number[] = [];
  const names: string[] = [];
  let at = 0;
  for (const { name } of rows) {
    const lower = name.toLowerCase().replaceAll(END, ' ');
    starts.push(at);
    names.push(lower, END);
    at += lower.length + 1;
  }
  return { text: names.join(''), starts, ids: rows.map(({ id }) => id), files: rows.map(({ file }) => file) };
}

function* within({ text, starts, ids, files }: Block, part: string, asked: Set<number> | null): Generator<Named> {
  let i = 0;
  for (let at = text.indexOf(part); at >= 0 && ids.length > 0; at = text.indexOf(part, starts[i])) {
    i = lastUpTo(starts, at);
    const start = starts[i]!;
    const file = files[i]!;
    const id = ids[i]!;
    i++;
    if (asked === null || asked.has(file)) {
      const name = text.slice(start, (starts[i] ?? text.length) - 1);
      yield { id, name, place: at === start ? 0 : name.includes(`.${part}`) ? 1 : 2 };
    }
    if (i === starts.length) return;
  }
}

/** Index of the last of the ascending numbers that is not above the value. */
function lastUpTo(ascending: number[], value: number): number {
  let low = 0;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ascending[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}

function first(named: Named[], limit: number): Named[] {
  named.sort(
    (a, b) =>
      a.place - b.place || a.name.length - b.name.length || (a.name < b.name ? -1 : a.name > b.name ? 1 : a.id - b.id),
  );
  return named.slice(0, limit);
}
