// The tables of the embedded store. `user_version` says which shape the file has; a file of a newer shape is
// refused, never touched. One row of m1 holds all functions of one file in one minute, packed (minute-blob.ts):
// that merges 22 times fewer rows than one row a function and keeps reads of an open file below a millisecond.

import { ProdlensError } from '../../errors.js';
import { type Database, transaction } from './open-database.js';

export const SCHEMA_VERSION = 2;

const TABLES = `
  CREATE TABLE service (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
  CREATE TABLE environment (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;

  -- AUTOINCREMENT: an id is never given twice. current_since_ms: when it last became the current one.
  CREATE TABLE deployment (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    service INTEGER NOT NULL REFERENCES service,
    environment INTEGER NOT NULL REFERENCES environment,
    version TEXT NOT NULL,
    revision TEXT NOT NULL,
    first_seen_ms INTEGER NOT NULL,
    current_since_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL,
    UNIQUE (service, environment, version, revision)
  ) STRICT;

  -- package is NULL for the service's own files.
  CREATE TABLE file (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    service INTEGER NOT NULL REFERENCES service,
    path TEXT NOT NULL,
    package TEXT,
    UNIQUE (path, service)
  ) STRICT;

  CREATE TABLE function (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    file INTEGER NOT NULL REFERENCES file,
    name TEXT NOT NULL,
    ordinal INTEGER NOT NULL,
    identity TEXT NOT NULL UNIQUE,
    UNIQUE (file, name, ordinal)
  ) STRICT;

  -- Where a deployment has a function: line and column 1-based.
  CREATE TABLE position (
    function INTEGER NOT NULL REFERENCES function,
    deployment INTEGER NOT NULL REFERENCES deployment,
    kind TEXT NOT NULL,
    line INTEGER NOT NULL,
    column INTEGER NOT NULL,
    timed INTEGER NOT NULL,
    PRIMARY KEY (function, deployment)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX position_deployment ON position (deployment);

  CREATE TABLE instance (
    instance TEXT PRIMARY KEY,
    deployment INTEGER NOT NULL REFERENCES deployment,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    root TEXT NOT NULL,
    package_name TEXT NOT NULL,
    runtime TEXT NOT NULL,
    sensor_version TEXT NOT NULL,
    last_sequence INTEGER NOT NULL,
    facts TEXT,
    first_seen_ms INTEGER NOT NULL,
    last_seen_ms INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX instance_deployment ON instance (deployment);

  -- t: minutes since the Unix epoch. Time first, so that a minute's rows lie together and the oldest go at once.
  CREATE TABLE m1 (
    t INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    file INTEGER NOT NULL,
    b BLOB NOT NULL,
    PRIMARY KEY (t, deployment, file)
  ) STRICT, WITHOUT ROWID;

  -- When a deployment was reporting: the span of its windows that ended in minute t.
  CREATE TABLE reporting (
    t INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    from_ms INTEGER NOT NULL,
    to_ms INTEGER NOT NULL,
    PRIMARY KEY (t, deployment)
  ) STRICT, WITHOUT ROWID;

  -- hash: SHA-256 of the token, hexadecimal.
  CREATE TABLE token (hash TEXT PRIMARY KEY, scope TEXT NOT NULL, created_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
`;

const FROM_1 = `
  ALTER TABLE deployment ADD COLUMN current_since_ms INTEGER NOT NULL DEFAULT 0;
  UPDATE deployment SET current_since_ms = first_seen_ms;
`;

/** Makes the tables in a new file, and brings an older one up to date. Throws PRODLENS_ERR_DATA_NEWER for a file that a newer collector wrote. */
export function prepareSchema(db: Database): void {
  transaction(db, () => {
    const version = (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
    if (version > SCHEMA_VERSION) {
      throw new ProdlensError(
        'PRODLENS_ERR_DATA_NEWER',
        `The data was written by a newer collector (data version ${version}; this one knows up to ${SCHEMA_VERSION})`,
      );
    }
    if (version === SCHEMA_VERSION) return;
    db.exec(version === 0 ? TABLES : FROM_1);
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}
