// Which records of a collector's own database the others must know too, how each is read to be sent, and how it is put
// into the database of another. Ids are hashes of names (function-identity.ts), so they are the same everywhere.

import type { Database } from '../sqlite/open-database.js';

export interface ReplicatedTable {
  kind: string;
  /** Columns of its key. */
  key: readonly string[];
  /** The record by its key. */
  select: string;
  /**
   * Statements that put a record there; ?1 is all of it as JSON. null: the row is as the record, and a change of one's
   * own that has not been sent yet stays.
   */
  put: readonly string[] | null;
}

const ADD_SERVICE = `INSERT INTO service (name) VALUES (?1 ->> '$.service') ON CONFLICT DO NOTHING`;

/** In the order in which they build on each other. */
export const REPLICATED: readonly ReplicatedTable[] = [
  { kind: 'token', key: ['hash'], select: 'SELECT * FROM token WHERE hash = ?', put: null },
  { kind: 'session', key: ['hash'], select: 'SELECT * FROM session WHERE hash = ?', put: null },
  {
    kind: 'service',
    key: ['name'],
    select: 'SELECT name, token FROM service WHERE name = ?',
    put: [
      `INSERT INTO service (name, token) VALUES (?1 ->> '$.name', ?1 ->> '$.token')
       ON CONFLICT (name) DO UPDATE SET token = excluded.token`,
    ],
  },
  {
    kind: 'measuring',
    key: ['service', 'environment'],
    select: 'SELECT * FROM measuring WHERE service = ? AND environment = ?',
    put: null,
  },
  {
    kind: 'deployment',
    key: ['id'],
    select: `SELECT d.id, s.name AS service, e.name AS environment, d.version, d.revision, d.first_seen_ms AS first,
               d.current_since_ms AS current, d.last_seen_ms AS last
             FROM deployment d JOIN service s ON s.id = d.service JOIN environment e ON e.id = d.environment
             WHERE d.id = ?`,
    put: [
      ADD_SERVICE,
      `INSERT INTO environment (name) VALUES (?1 ->> '$.environment') ON CONFLICT DO NOTHING`,
      `INSERT INTO deployment (id, service, environment, version, revision, first_seen_ms, current_since_ms, last_seen_ms)
       SELECT ?1 ->> '$.id', s.id, e.id, ?1 ->> '$.version', ?1 ->> '$.revision', ?1 ->> '$.first', ?1 ->> '$.current',
         ?1 ->> '$.last' FROM service s, environment e
       WHERE s.name = ?1 ->> '$.service' AND e.name = ?1 ->> '$.environment'
       ON CONFLICT (id) DO UPDATE SET first_seen_ms = min(first_seen_ms, excluded.first_seen_ms),
         current_since_ms = max(current_since_ms, excluded.current_since_ms),
         last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)`,
    ],
  },
  {
    kind: 'position',
    key: ['function', 'deployment'],
    select: `SELECT p.*, s.name AS service, f.file, fi.path, fi.package, f.name, f.ordinal, f.identity
             FROM position p JOIN function f ON f.id = p.function JOIN file fi ON fi.id = f.file
             JOIN service s ON s.id = fi.service WHERE p.function = ? AND p.deployment = ?`,
    put: [
      ADD_SERVICE,
      `INSERT INTO file (id, service, path, package)
       SELECT ?1 ->> '$.file', s.id, ?1 ->> '$.path', ?1 ->> '$.package' FROM service s WHERE s.name = ?1 ->> '$.service'
       ON CONFLICT (id) DO UPDATE SET package = excluded.package`,
      `INSERT INTO function (id, file, name, ordinal, identity)
       VALUES (?1 ->> '$.function', ?1 ->> '$.file', ?1 ->> '$.name', ?1 ->> '$.ordinal', ?1 ->> '$.identity')
       ON CONFLICT DO NOTHING`,
      `INSERT INTO position (function, deployment, kind, line, column, timed)
       SELECT ?1 ->> '$.function', d.id, ?1 ->> '$.kind', ?1 ->> '$.line', ?1 ->> '$.column', ?1 ->> '$.timed'
       FROM deployment d WHERE d.id = ?1 ->> '$.deployment'
       ON CONFLICT (function, deployment) DO UPDATE
       SET kind = excluded.kind, line = excluded.line, column = excluded.column, timed = excluded.timed`,
    ],
  },
  {
    kind: 'endpoint',
    key: ['id'],
    select: `SELECT e.id, e.kind, e.method, e.route, e.identity, s.name AS service
             FROM endpoint e JOIN service s ON s.id = e.service WHERE e.id = ?`,
    put: [
      ADD_SERVICE,
      `INSERT INTO endpoint (id, service, kind, method, route, identity)
       SELECT ?1 ->> '$.id', s.id, ?1 ->> '$.kind', ?1 ->> '$.method', ?1 ->> '$.route', ?1 ->> '$.identity'
       FROM service s WHERE s.name = ?1 ->> '$.service' ON CONFLICT DO NOTHING`,
    ],
  },
  {
    kind: 'instance',
    key: ['instance'],
    select: 'SELECT * FROM instance WHERE instance = ?',
    // What is known of it is that of the collector that had its last window.
    put: [
      `INSERT INTO instance (instance, deployment, host, pid, root, package_name, runtime, sensor_version, last_sequence,
         latest, first_seen_ms, last_seen_ms)
       SELECT ?1 ->> '$.instance', d.id, ?1 ->> '$.host', ?1 ->> '$.pid', ?1 ->> '$.root', ?1 ->> '$.package_name',
         ?1 ->> '$.runtime', ?1 ->> '$.sensor_version', ?1 ->> '$.last_sequence', ?1 ->> '$.latest',
         ?1 ->> '$.first_seen_ms', ?1 ->> '$.last_seen_ms' FROM deployment d WHERE d.id = ?1 ->> '$.deployment'
       ON CONFLICT (instance) DO UPDATE SET deployment = excluded.deployment, host = excluded.host, pid = excluded.pid,
         last_sequence = excluded.last_sequence, latest = excluded.latest,
         first_seen_ms = min(first_seen_ms, excluded.first_seen_ms), last_seen_ms = excluded.last_seen_ms
       WHERE excluded.last_sequence > last_sequence`,
    ],
  },
  {
    kind: 'source_map',
    key: ['service', 'version', 'file'],
    select: 'SELECT * FROM source_map WHERE service = ? AND version = ? AND file = ?',
    put: null,
  },
  { kind: 'snapshot', key: ['id'], select: 'SELECT * FROM snapshot WHERE id = ?', put: null },
];

/**
 * Makes the tables that note what is still to be sent, in a database that has those of the embedded store. From then on
 * whatever changes a record, be it another program, notes it in the same transaction.
 */
export function prepareReplica(db: Database): void {
  const note = (kind: string, row: 'new' | 'old', key: readonly string[]) =>
    `WHEN (SELECT is_putting FROM replica) = 0 BEGIN
       INSERT INTO unsent (kind, key, changes) VALUES ('${kind}', json_array(${key.map((c) => `${row}.${c}`).join()}), 1)
       ON CONFLICT (kind, key) DO UPDATE SET changes = changes + 1; END`;
  const triggers = [
    ...REPLICATED.map(({ kind, key }) => ({ kind, key, events: ['INSERT', 'UPDATE', 'DELETE'] })),
    // These have tables of their own in ClickHouse, and go there by their age.
    { kind: 'p1', key: ['t', 'instance'], events: ['INSERT', 'UPDATE'] },
    { kind: 'reporting', key: ['t', 'deployment'], events: ['INSERT', 'UPDATE'] },
  ].flatMap(({ kind, key, events }) =>
    events.map(
      (event) =>
        `CREATE TRIGGER IF NOT EXISTS ${kind}_${event.toLowerCase()}_unsent AFTER ${event} ON ${kind}
         ${note(kind, event === 'DELETE' ? 'old' : 'new', key)};`,
    ),
  );
  db.exec(`
    -- One row. pulled: time by ClickHouse's clock up to which records of others are here.
    CREATE TABLE IF NOT EXISTS replica (collector TEXT NOT NULL, pulled TEXT NOT NULL, is_putting INTEGER NOT NULL) STRICT;
    INSERT INTO replica SELECT lower(hex(randomblob(8))), '1970-01-01 00:00:01.000000', 0
      WHERE NOT EXISTS (SELECT 1 FROM replica);
    CREATE TABLE IF NOT EXISTS unsent (
      kind TEXT NOT NULL, key TEXT NOT NULL, changes INTEGER NOT NULL, PRIMARY KEY (kind, key)
    ) STRICT;
    ${triggers.join('\n')}
  `);
}
