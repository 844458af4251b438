// How many bytes the numbers of one function in one minute take in a data folder.

import { join } from 'node:path';
import { openSqlite } from './sqlite.mjs';

/** Packed rows and the pages around them are told apart by what they hold: this counts the packed bytes alone. */
export function storedBytes(data) {
  const db = openSqlite(join(data, 'prodlens.db'));
  try {
    let bytes = 0;
    let functions = 0;
    for (const { length, head } of db
      .prepare('SELECT length(b) AS length, substr(b, 1, 4) AS head FROM m1')
      .iterate()) {
      bytes += length;
      functions += countIn(head);
    }
    return bytes / functions;
  } finally {
    db.close();
  }
}

/** The number behind the version byte of a packed row. */
function countIn(head) {
  let count = 0;
  for (let at = 1, weight = 1; ; at++, weight *= 128) {
    count += (head[at] & 127) * weight;
    if (head[at] < 128) return count;
  }
}
