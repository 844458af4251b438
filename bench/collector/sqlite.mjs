// SQLite as the collector opens it: Node's own where it has one.

import { createRequire } from 'node:module';

export function openSqlite(path) {
  const own = process.getBuiltinModule?.('node:sqlite');
  const { DatabaseSync } = own ?? createRequire(new URL('../../collector/', import.meta.url))('@photostructure/sqlite');
  return new DatabaseSync(path);
}
