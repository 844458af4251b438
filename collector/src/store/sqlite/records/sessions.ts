// Who is signed in with a browser, by the hash of what the browser holds. A session that was begun with a token is the
// token's: it has its scopes, and counts for nothing from the moment that the token is gone.

import type { StoredSession, Token } from '../../store.js';
import type { Database } from '../open-database.js';
import type { createTokens } from './tokens.js';

/** person: of an identity provider, a Token as JSON; NULL where the session is a token's, of which token is the id. */
export const SESSIONS_SINCE_9 = `
  CREATE TABLE session (
    hash TEXT PRIMARY KEY,
    token TEXT,
    person TEXT,
    provider TEXT NOT NULL,
    until_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
`;

/** Those that end first go where there are more. */
const SESSIONS = 10_000;

export function createSessionTable(db: Database, tokens: Pick<ReturnType<typeof createTokens>, 'byId'>) {
  const add = db.prepare('INSERT INTO session (hash, token, person, provider, until_ms) VALUES (?, ?, ?, ?, ?)');
  const trim = db.prepare(
    `DELETE FROM session WHERE hash IN (SELECT hash FROM session ORDER BY until_ms DESC LIMIT -1 OFFSET ${SESSIONS})`,
  );
  const select = db.prepare(
    'SELECT token, person, provider, until_ms AS untilUnixMs FROM session WHERE hash = ? AND until_ms > ?',
  );
  const remove = db.prepare('DELETE FROM session WHERE hash = ?');
  const expire = db.prepare('DELETE FROM session WHERE until_ms <= ?');

  return {
    add(hash: string, { person, tokenId, provider, untilUnixMs }: StoredSession): void {
      add.run(hash, tokenId, person && JSON.stringify(person), provider, untilUnixMs);
      trim.run();
    },
    person(hash: string, provider: string, nowUnixMs: number): Token | null {
      const row = select.get(hash, nowUnixMs) as
        | { token: string | null; person: string | null; provider: string }
        | undefined;
      if (row === undefined) return null;
      if (row.token !== null) return tokens.byId(row.token);
      return row.person === null || row.provider !== provider ? null : (JSON.parse(row.person) as Token);
    },
    remove: (hash: string): boolean => Number(remove.run(hash).changes) > 0,
    sweep(nowUnixMs: number): void {
      expire.run(nowUnixMs);
    },
  };
}
