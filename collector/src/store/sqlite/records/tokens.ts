// Tokens, by the hash of each, and what was named by them.

import type { FunctionPlace } from '@prodlens/protocol';
import { TOKEN_ID_LENGTH, type Token, type TokenScope } from '../../store.js';
import type { Database } from '../open-database.js';

/** scope: one or more of them, with a space between. service and environment: NULL where any may be reported. */
export const TOKENS_SINCE_4 = `
  ALTER TABLE token ADD COLUMN name TEXT NOT NULL DEFAULT '';
  ALTER TABLE token ADD COLUMN service TEXT;
  ALTER TABLE token ADD COLUMN environment TEXT;
  -- Id of the token by which it was named first.
  ALTER TABLE service ADD COLUMN token TEXT NOT NULL DEFAULT '';
`;

type TokenRow = Omit<Token, 'scopes'> & { scope: string };

export function createTokens(db: Database) {
  const add = db.prepare(
    'INSERT INTO token (hash, name, scope, service, environment, created_ms) VALUES (?, ?, ?, ?, ?, ?)',
  );
  const select = (rest: string) =>
    db.prepare(
      `SELECT substr(hash, 1, ${TOKEN_ID_LENGTH}) AS id, name, scope, service, environment, created_ms AS createdUnixMs
       FROM token ${rest}`,
    );
  const selectOne = select('WHERE hash = ?');
  const selectById = select(`WHERE substr(hash, 1, ${TOKEN_ID_LENGTH}) = ?`);
  const selectAll = select('ORDER BY created_ms, hash');
  const selectAny = db.prepare('SELECT EXISTS (SELECT 1 FROM token) AS found');
  const remove = db.prepare(`DELETE FROM token WHERE substr(hash, 1, ${TOKEN_ID_LENGTH}) = ?`);
  const selectOfService = db.prepare('SELECT token FROM service WHERE name = ?');
  const countServices = db.prepare('SELECT count(*) AS n FROM service WHERE token = ?');
  const countFunctions = db.prepare(
    `SELECT count(*) AS n FROM service s JOIN file fi ON fi.service = s.id JOIN function f ON f.file = fi.id
     WHERE s.token = ?`,
  );
  const selectFunction = db.prepare(
    `SELECT 1 FROM service s JOIN file fi ON fi.service = s.id JOIN function f ON f.file = fi.id
     WHERE s.name = ? AND fi.path = ? AND f.name = ? AND f.ordinal = ?`,
  );
  const token = ({ scope, ...row }: TokenRow): Token => ({ ...row, scopes: scope.split(' ') as TokenScope[] });

  return {
    add(hash: string, { name, scopes, service, environment, createdUnixMs }: Omit<Token, 'id'>): void {
      add.run(hash, name, scopes.join(' '), service, environment, createdUnixMs);
    },
    any: (): boolean => (selectAny.get() as { found: number }).found === 1,
    one(hash: string): Token | null {
      const row = selectOne.get(hash) as TokenRow | undefined;
      return row === undefined ? null : token(row);
    },
    byId(id: string): Token | null {
      const row = selectById.get(id) as TokenRow | undefined;
      return row === undefined ? null : token(row);
    },
    all: (): Token[] => (selectAll.all() as TokenRow[]).map(token),
    remove: (id: string): boolean => Number(remove.run(id).changes) > 0,
    ofService: (service: string): string | null =>
      (selectOfService.get(service) as { token: string } | undefined)?.token ?? null,
    named(id: string): { services: number; functions: number } {
      const [services, functions] = [countServices, countFunctions].map((q) => (q.get(id) as { n: number }).n);
      return { services: services!, functions: functions! };
    },
    unknown: (service: string, functions: FunctionPlace[]): number =>
      functions.filter((f) => selectFunction.get(service, f.file, f.name, f.ordinal) === undefined).length,
  };
}
