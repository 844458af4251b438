// The tables of the embedded store. `user_version` says which shape the file has; a file of a newer shape is
// refused, never touched. One row of m1 holds all functions of one file in one minute, packed (minute-blob.ts):
// that merges 22 times fewer rows than one row a function and keeps reads of an open file below a millisecond.

import { ProdlensError } from '../../errors.js';
import { type Database, transaction } from './open-database.js';
import { SESSIONS_SINCE_9 } from './records/sessions.js';
import { TOKENS_SINCE_4 } from './records/tokens.js';
import { rollUpMinutes } from './roll-up.js';

export const SCHEMA_VERSION = 9;

const SNAPSHOTS_SINCE_7 = `
  -- What was captured when something went wrong. b: the snapshot as JSON, deflated; the other columns find it.
  CREATE TABLE snapshot (
    id TEXT PRIMARY KEY,
    taken_ms INTEGER NOT NULL,
    service TEXT NOT NULL,
    environment TEXT NOT NULL,
    function TEXT,
    error_type TEXT,
    summary TEXT NOT NULL,
    b BLOB NOT NULL
  ) STRICT;
  CREATE INDEX snapshot_taken ON snapshot (taken_ms);
`;

const FINGERPRINTS_SINCE_8 = `
  -- What texts of functions are: most stay the same from one deployment to the next.
  CREATE TABLE fingerprint (id INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE) STRICT;
  ALTER TABLE position ADD COLUMN fingerprint INTEGER;
`;

const TABLES_SINCE_3 = `
  -- Calls between functions, packed (edge-blob.ts). t as in m1.
  CREATE TABLE e1 (
    t INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    b BLOB NOT NULL,
    PRIMARY KEY (t, deployment)
  ) STRICT, WITHOUT ROWID;

  -- What an instance said of its process in minute t.
  CREATE TABLE p1 (
    t INTEGER NOT NULL,
    instance TEXT NOT NULL,
    duration_ms REAL NOT NULL,
    sensor_cpu_ms REAL NOT NULL,
    inline_cpu_ms REAL NOT NULL,
    cpu_ms REAL NOT NULL,
    event_loop_busy_ms REAL NOT NULL,
    gc_count REAL NOT NULL,
    gc_ms REAL NOT NULL,
    rss_bytes REAL NOT NULL,
    heap_used_bytes REAL NOT NULL,
    delay_p50_ns REAL NOT NULL,
    delay_p99_ns REAL NOT NULL,
    delay_max_ns REAL NOT NULL,
    PRIMARY KEY (t, instance)
  ) STRICT, WITHOUT ROWID;

  -- environment is empty where the row is for all of the service.
  CREATE TABLE measuring (
    service TEXT NOT NULL,
    environment TEXT NOT NULL,
    measuring INTEGER NOT NULL,
    changed_ms INTEGER NOT NULL,
    PRIMARY KEY (service, environment)
  ) STRICT, WITHOUT ROWID;

  -- By name and not by id: maps are uploaded before a service is first seen. file: of the compiled file.
  CREATE TABLE source_map (
    service TEXT NOT NULL,
    version TEXT NOT NULL,
    file TEXT NOT NULL,
    map BLOB NOT NULL,
    uploaded_ms INTEGER NOT NULL,
    UNIQUE (service, version, file)
  ) STRICT;
`;

/** Rows of hours and days (tiers.ts), of what has rows of minutes; t: hours or days since the Unix epoch. */
const TABLES_SINCE_5 = `
  ${[60, 1_440].map((tier) => packedTable(`m${tier}`, ['deployment', 'file'])).join('')}
  ${[1, 60, 1_440].map((tier) => packedTable(`s${tier}`, ['deployment'])).join('')}
  ${[60, 1_440].map((tier) => packedTable(`e${tier}`, ['deployment'])).join('')}

  -- Spans of reporting in hour t: [[from ms, to ms], …], ascending, apart from each other.
  CREATE TABLE reporting60 (
    t INTEGER NOT NULL,
    deployment INTEGER NOT NULL,
    spans TEXT NOT NULL,
    PRIMARY KEY (t, deployment)
  ) STRICT, WITHOUT ROWID;

  -- One row: parts of this segment of the journal, and all of those before it, are in the tables.
  CREATE TABLE journal_progress (segment INTEGER NOT NULL, parts INTEGER NOT NULL) STRICT;
  INSERT INTO journal_progress VALUES (0, 0);
`;

const TABLES_SINCE_6 = `
  -- Its service may go before it: see endpoints.ts.
  CREATE TABLE endpoint (
    id INTEGER PRIMARY KEY,
    service INTEGER NOT NULL,
    kind TEXT NOT NULL,
    method TEXT NOT NULL,
    route TEXT NOT NULL,
    identity TEXT NOT NULL UNIQUE,
    UNIQUE (service, kind, method, route)
  ) STRICT;
  ${[1, 60, 1_440].map((tier) => packedTable(`n${tier}`, ['deployment'])).join('')}
`;

function packedTable(name: string, keys: string[]): string {
  return `CREATE TABLE ${name} (
    t INTEGER NOT NULL,
    ${keys.map((key) => `${key} INTEGER NOT NULL,`).join(' ')}
    b BLOB NOT NULL,
    PRIMARY KEY (t, ${keys.join()})
  ) STRICT, WITHOUT ROWID;`;
}

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

  -- latest: the last window's LatestWindow as JSON; NULL before the first.
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
    latest TEXT,
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

/** What brings a file of version i + 1 to the next. */
const UPGRADES = [
  `ALTER TABLE deployment ADD COLUMN current_since_ms INTEGER NOT NULL DEFAULT 0;
   UPDATE deployment SET current_since_ms = first_seen_ms;`,
  `ALTER TABLE instance DROP COLUMN facts;
   ALTER TABLE instance ADD COLUMN latest TEXT;
   ${TABLES_SINCE_3}`,
  TOKENS_SINCE_4,
  `DROP TABLE IF EXISTS e60; ${TABLES_SINCE_5}`,
  TABLES_SINCE_6,
  SNAPSHOTS_SINCE_7,
  FINGERPRINTS_SINCE_8,
  SESSIONS_SINCE_9,
];

/** What the tables of a version that is passed on the way hold, as later ones have it. */
const UPGRADED: Record<number, (db: Database) => void> = { 5: rollUpMinutes };

/** Makes the tables in a new file, and brings an older one up to date. Throws PRODLENS_ERR_DATA_NEWER for a file that a newer collector wrote. */
export function prepareSchema(db: Database): void {
  transaction(db, () => {
    const version = checkVersion(db);
    if (version === 0) {
      db.exec(TABLES + TABLES_SINCE_3 + TOKENS_SINCE_4 + TABLES_SINCE_5 + TABLES_SINCE_6 + SNAPSHOTS_SINCE_7);
      db.exec(FINGERPRINTS_SINCE_8 + SESSIONS_SINCE_9);
    }
    for (let next = version + 1; version > 0 && next <= SCHEMA_VERSION; next++) {
      db.exec(UPGRADES[next - 2]!);
      UPGRADED[next]?.(db);
    }
    db.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
  });
}

/** The version of the tables in the file; 0 in a new one. Throws PRODLENS_ERR_DATA_NEWER. */
export function checkVersion(db: Database): number {
  const version = (db.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  if (version <= SCHEMA_VERSION) return version;
  throw new ProdlensError(
    'PRODLENS_ERR_DATA_NEWER',
    `The data was written by a newer collector (data version ${version}; this one knows up to ${SCHEMA_VERSION})`,
  );
}
