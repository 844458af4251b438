// Functions by a part of their name: every name is looked at, some thousands at a time so that nothing else waits, which
// takes 20 ms for 100,000 of them.

import type { Database } from './open-database.js';

/** Ids that are looked at in one statement: about a millisecond. */
const IDS_AT_ONCE = 4_096;

interface Named {
  id: number;
  name: string;
  /** 0: the name begins with the text; 1: a part of it does, as "Cart.add" for "add"; 2: it is within a word. */
  place: number;
}

/** What makes the function that finds ids of functions, those in the best place first, then the shortest. */
export function createNameSearch(db: Database) {
  const selectLast = db.prepare(
    `SELECT max(id) AS id FROM (SELECT id FROM function WHERE id > ? ORDER BY id LIMIT ${IDS_AT_ONCE})`,
  );
  const selectNamed = db.prepare(
    `SELECT f.id, f.name, CASE instr(lower(f.name), ?2) WHEN 1 THEN 0
       ELSE CASE WHEN instr(lower(f.name), '.' || ?2) > 0 THEN 1 ELSE 2 END END AS place
     FROM function f WHERE f.id > ?4 AND f.id <= ?5 AND f.name LIKE ?1 ESCAPE '\\'
       AND (?3 IS NULL OR f.file IN (SELECT fi.id FROM file fi JOIN service s ON s.id = fi.service WHERE s.name = ?3))`,
  );

  return async (text: string, limit: number, service?: string): Promise<number[]> => {
    const like = `%${text.replace(/[\\%_]/g, '\\$&')}%`;
    const after = (id: number) => (selectLast.get(id) as { id: number | null }).id;
    let found: Named[] = [];
    let from = 0;
    for (let last = after(from); last !== null; last = after(from)) {
      const named = selectNamed.all(like, text.toLowerCase(), service ?? null, from, last);
      from = last;
      found = first([...found, ...(named as unknown as Named[])], limit);
      await new Promise(setImmediate);
    }
    return found.map(({ id }) => id);
  };
}

function first(named: Named[], limit: number): Named[] {
  named.sort((a, b) => a.place - b.place || a.name.length - b.name.length || (a.name < b.name ? -1 : 1));
  return named.slice(0, limit);
}
