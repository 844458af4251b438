// The names of the embedded store: services, environments, deployments, files, functions and where they stand.
// Everything else refers to them by small numbers. Sensors name the same functions at each start, so all writes
// are "note it unless it is there".

import type { SensorFunction, SensorHello } from '@prodlens/protocol';
import { COUNTED, functionIdentity, type NewId } from '../function-identity.js';
import { NAMES_RETENTION_MS } from '../retention.js';
import type { Deployment, KnownFunction, ServiceRoot } from '../store.js';
import { createKnownFunctions } from './known-functions.js';
import { createNameSearch } from './name-search.js';
import { type Database, transaction } from './open-database.js';

type KnownRow = Omit<KnownFunction, 'timed' | 'deploymentIds'> & {
  timed: number;
  deploymentIds: string;
  currentSinceMs: number;
};

export function createDictionary(db: Database, newId: NewId = COUNTED) {
  const addService = db.prepare('INSERT INTO service (name, token) VALUES (?, ?) ON CONFLICT DO NOTHING');
  const addEnvironment = db.prepare('INSERT INTO environment (name) VALUES (?) ON CONFLICT DO NOTHING');
  const addDeployment = db.prepare(
    `INSERT INTO deployment (id, service, environment, version, revision, first_seen_ms, current_since_ms, last_seen_ms)
     SELECT ?, s.id, e.id, ?, ?, ?, 0, ? FROM service s, environment e WHERE s.name = ? AND e.name = ?
     ON CONFLICT (service, environment, version, revision)
     DO UPDATE SET last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)
     RETURNING id`,
  );
  const makeCurrent = db.prepare(
    `UPDATE deployment SET current_since_ms = max(?, (SELECT max(current_since_ms) + 1 FROM deployment))
     WHERE id = ? AND (current_since_ms = 0 OR EXISTS (
       SELECT 1 FROM deployment o WHERE o.service = deployment.service AND o.environment = deployment.environment
         AND o.current_since_ms > deployment.current_since_ms))`,
  );
  const selectInstance = db.prepare('SELECT 1 FROM instance WHERE instance = ? AND deployment = ?');
  const addInstance = db.prepare(
    `INSERT INTO instance
       (instance, deployment, host, pid, root, package_name, runtime, sensor_version, last_sequence,
        first_seen_ms, last_seen_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)
     ON CONFLICT (instance) DO UPDATE SET deployment = excluded.deployment, host = excluded.host, pid = excluded.pid,
       root = excluded.root, package_name = excluded.package_name, runtime = excluded.runtime,
       sensor_version = excluded.sensor_version, last_seen_ms = max(last_seen_ms, excluded.last_seen_ms)
     RETURNING last_sequence AS lastSequence`,
  );
  const selectService = db.prepare(
    'SELECT s.id, s.name FROM deployment d JOIN service s ON s.id = d.service WHERE d.id = ?',
  );
  const addFile = db.prepare(
    `INSERT INTO file (id, service, path, package) VALUES (?, ?, ?, ?)
     ON CONFLICT (path, service) DO UPDATE SET package = excluded.package RETURNING id`,
  );
  const selectFunction = db.prepare('SELECT id FROM function WHERE file = ? AND name = ? AND ordinal = ?');
  const addFunction = db.prepare(
    'INSERT INTO function (id, file, name, ordinal, identity) VALUES (?, ?, ?, ?, ?) RETURNING id',
  );
  const addPosition = db.prepare(
    `INSERT INTO position (function, deployment, kind, line, column, timed) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (function, deployment) DO UPDATE
     SET kind = excluded.kind, line = excluded.line, column = excluded.column, timed = excluded.timed
     WHERE line <> excluded.line OR column <> excluded.column OR kind <> excluded.kind OR timed <> excluded.timed`,
  );
  const addFingerprint = db.prepare('INSERT INTO fingerprint (text) VALUES (?) ON CONFLICT DO NOTHING');
  const setFingerprint = db.prepare(
    `UPDATE position SET fingerprint = (SELECT id FROM fingerprint WHERE text = ?) WHERE function = ? AND deployment = ?`,
  );
  const selectFingerprint = db.prepare(
    'SELECT 1 FROM position WHERE deployment = ? AND fingerprint IS NOT NULL LIMIT 1',
  );
  // A bare column beside max() comes from the row that holds the maximum: the deployment that was current last.
  const selectKnown = (where: string) =>
    db.prepare(
      `SELECT f.id AS functionId, f.file AS fileId, f.identity, s.name AS service, e.name AS environment,
         fi.path AS file, f.name, f.ordinal, p.kind, p.line, p.column, fi.package, p.timed,
         (SELECT text FROM fingerprint WHERE id = p.fingerprint) AS fingerprint,
         p.deployment AS deploymentId, max(d.current_since_ms) AS currentSinceMs,
         json_group_array(p.deployment) AS deploymentIds
       ${where}
       JOIN file fi ON fi.id = f.file JOIN service s ON s.id = fi.service
       JOIN position p ON p.function = f.id JOIN deployment d ON d.id = p.deployment
       JOIN environment e ON e.id = d.environment
       WHERE p.deployment IN (SELECT value FROM json_each(?))
       GROUP BY f.id, d.environment`,
    );
  const knownByFile = selectKnown('FROM json_each(?) j CROSS JOIN function f ON f.file = j.value');
  const knownById = selectKnown('FROM json_each(?) j CROSS JOIN function f ON f.id = j.value');
  const knownByIdentity = selectKnown('FROM json_each(?) j CROSS JOIN function f ON f.identity = j.value');

  const selectDeployments = db.prepare(
    `SELECT d.id, s.name AS service, e.name AS environment, d.version, d.revision,
       d.first_seen_ms AS firstSeenUnixMs, d.current_since_ms AS currentSinceUnixMs, d.last_seen_ms AS lastSeenUnixMs
     FROM deployment d JOIN service s ON s.id = d.service JOIN environment e ON e.id = d.environment
     WHERE ?1 IS NULL OR s.name = ?1 ORDER BY d.current_since_ms, d.id`,
  );
  const selectFileIds = db.prepare(
    `SELECT fi.id FROM json_each(?1) j CROSS JOIN file fi ON fi.path = j.value JOIN service s ON s.id = fi.service
     WHERE ?2 IS NULL OR s.name = ?2`,
  );

  const search = createNameSearch(db);
  const known = createKnownFunctions(({ fileId }) => fileId);
  const knownAlone = createKnownFunctions(({ functionId }) => functionId);

  function namesChanged(): void {
    known.clear();
    knownAlone.clear();
  }

  return {
    openInstance(hello: SensorHello, now: number, tokenId = '') {
      return transaction(db, () => {
        addService.run(hello.service, tokenId);
        addEnvironment.run(hello.environment);
        const { version, revision, service, environment } = hello;
        const name = newId('deployment', service, environment, version, revision);
        const { id } = addDeployment.get(name, version, revision, now, now, service, environment) as { id: number };
        if (selectInstance.get(hello.instance, id) === undefined && makeCurrent.run(now, id).changes) namesChanged();
        const { instance, host, pid, root, packageName, runtime, sensorVersion } = hello;
        const { lastSequence } = addInstance.get(
          ...[instance, id, host, pid, root, packageName, runtime, sensorVersion, now, now],
        ) as { lastSequence: number };
        return { deploymentId: id, lastSequence };
      });
    },

    defineFunctions(deploymentId: number, functions: SensorFunction[]) {
      const added: Array<{ id: number; file: number; name: string }> = [];
      const ids = transaction(db, () => {
        const service = selectService.get(deploymentId) as { id: number; name: string };
        const fileIds = new Map<string, number>();
        return functions.map((f) => {
          let fileId = fileIds.get(f.file);
          if (fileId === undefined) {
            fileId = (addFile.get(newId('file', service.name, f.file), service.id, f.file, f.package) as { id: number })
              .id;
            fileIds.set(f.file, fileId);
          }
          const before = selectFunction.get(fileId, f.name, f.ordinal) as { id: number } | undefined;
          const identity = before === undefined ? functionIdentity(service.name, f.file, f.name, f.ordinal) : '';
          const { id } =
            before ??
            (addFunction.get(newId('function', identity), fileId, f.name, f.ordinal, identity) as { id: number });
          if (before === undefined) added.push({ id, file: fileId, name: f.name });
          const { changes } = addPosition.run(id, deploymentId, f.kind, f.line, f.column, f.timed ? 1 : 0);
          if (changes) namesChanged();
          if (f.fingerprint !== undefined) {
            addFingerprint.run(f.fingerprint);
            setFingerprint.run(f.fingerprint, id, deploymentId);
            namesChanged();
          }
          return { functionId: id, fileId };
        });
      });
      for (const row of added) search.added(row);
      return ids;
    },

    hasFingerprints: (deploymentId: number): boolean => selectFingerprint.get(deploymentId) !== undefined,

    deployments: (service?: string): Deployment[] => selectDeployments.all(service ?? null) as unknown as Deployment[],

    fileIds(paths: string[], service?: string): number[] {
      const rows = selectFileIds.all(JSON.stringify(paths), service ?? null) as Array<{ id: number }>;
      return rows.map(({ id }) => id);
    },

    ownFiles(): Array<{ service: string; file: string }> {
      return db
        .prepare(
          `SELECT s.name AS service, fi.path AS file FROM file fi JOIN service s ON s.id = fi.service
           WHERE fi.package IS NULL ORDER BY s.name, fi.path`,
        )
        .all() as Array<{ service: string; file: string }>;
    },

    serviceRoots(): ServiceRoot[] {
      return db
        .prepare(
          `SELECT s.name AS service, i.package_name AS packageName, i.root, max(i.first_seen_ms) AS firstSeenUnixMs
           FROM instance i JOIN deployment d ON d.id = i.deployment JOIN service s ON s.id = d.service
           GROUP BY s.id, i.root, i.package_name ORDER BY firstSeenUnixMs DESC, i.root`,
        )
        .all() as ServiceRoot[];
    },

    instanceCounts(fromUnixMs: number, toUnixMs: number): Map<string, number> {
      const rows = db
        .prepare(
          `SELECT s.name, count(*) AS n FROM instance i
           JOIN deployment d ON d.id = i.deployment JOIN service s ON s.id = d.service
           WHERE i.last_seen_ms BETWEEN ? AND ? GROUP BY s.id`,
        )
        .all(fromUnixMs, toUnixMs) as Array<{ name: string; n: number }>;
      return new Map(rows.map(({ name, n }) => [name, n]));
    },

    searchFunctions: search.find,

    /** To be called when somebody else has changed names or deployments in the tables. */
    changed(): void {
      namesChanged();
      search.changed();
    },

    knownFunctions(
      deploymentIds: number[],
      by: { fileIds: number[] } | { functionIds: number[] } | { identity: string },
    ): KnownFunction[] {
      const deployments = JSON.stringify(deploymentIds);
      const readBy = (statement: typeof knownById) => (keys: Array<number | string>) =>
        knownRows(statement.all(JSON.stringify(keys), deployments));
      if ('identity' in by) return readBy(knownByIdentity)([by.identity]);
      if ('fileIds' in by) return known.of(deployments, [...new Set(by.fileIds)], readBy(knownByFile));
      return knownAlone.of(deployments, [...new Set(by.functionIds)], readBy(knownById));
    },

    sweep(nowUnixMs: number): void {
      search.sweep();
      const oldest = nowUnixMs - NAMES_RETENTION_MS;
      transaction(db, () => {
        db.prepare('DELETE FROM instance WHERE last_seen_ms < ?').run(oldest);
        const gone = 'SELECT id FROM deployment WHERE last_seen_ms < ?';
        db.prepare(`DELETE FROM instance WHERE deployment IN (${gone})`).run(oldest);
        const { changes } = db.prepare(`DELETE FROM position WHERE deployment IN (${gone})`).run(oldest);
        db.prepare('DELETE FROM deployment WHERE last_seen_ms < ?').run(oldest);
        if (changes > 0) {
          this.changed();
          db.exec(
            'DELETE FROM fingerprint WHERE id NOT IN (SELECT fingerprint FROM position WHERE fingerprint IS NOT NULL)',
          );
          db.exec('DELETE FROM function WHERE NOT EXISTS (SELECT 1 FROM position p WHERE p.function = function.id)');
          db.exec('DELETE FROM file WHERE NOT EXISTS (SELECT 1 FROM function f WHERE f.file = file.id)');
        }
        db.exec(
          `DELETE FROM service WHERE NOT EXISTS (SELECT 1 FROM deployment d WHERE d.service = service.id)
             AND NOT EXISTS (SELECT 1 FROM file f WHERE f.service = service.id)`,
        );
      });
    },
  };
}

function knownRows(rows: unknown[]): KnownFunction[] {
  return (rows as KnownRow[]).map(({ currentSinceMs: _, ...known }) => ({
    ...known,
    timed: known.timed === 1,
    deploymentIds: JSON.parse(known.deploymentIds),
  }));
}
