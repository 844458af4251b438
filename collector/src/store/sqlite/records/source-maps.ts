// Uploaded source maps, packed as they were handed over. Each service has room for so many bytes: versions that were
// uploaded longest ago make room for a new one.

import { ProdlensError } from '../../../errors.js';
import { NAMES_RETENTION_MS, SOURCE_MAP_BYTES } from '../../retention.js';
import type { StoredSourceMap } from '../../store.js';
import { type Database, transaction } from '../open-database.js';

export function createSourceMapTable(db: Database, serviceBytes = SOURCE_MAP_BYTES) {
  const put = db.prepare(
    `INSERT INTO source_map (service, version, file, map, uploaded_ms) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (service, version, file) DO UPDATE SET map = excluded.map, uploaded_ms = excluded.uploaded_ms`,
  );
  const selectBytes = db.prepare('SELECT coalesce(sum(length(map)), 0) AS bytes FROM source_map WHERE service = ?');
  const selectOldest = db.prepare(
    `SELECT version FROM source_map WHERE service = ? AND version <> ?
     GROUP BY version ORDER BY max(uploaded_ms), version LIMIT 1`,
  );
  const dropVersion = db.prepare('DELETE FROM source_map WHERE service = ? AND version = ?');
  const selectFiles = db.prepare('SELECT file FROM source_map WHERE service = ? AND version = ?');
  const selectMap = db.prepare('SELECT map FROM source_map WHERE service = ? AND version = ? AND file = ?');

  return {
    /** All or nothing. The versions that had to go. Throws PRODLENS_ERR_SOURCE_MAPS_FULL. */
    put(service: string, version: string, maps: StoredSourceMap[], nowUnixMs: number): string[] {
      return transaction(db, () => {
        for (const { file, map } of maps) put.run(service, version, file, map, nowUnixMs);
        const dropped: string[] = [];
        while ((selectBytes.get(service) as { bytes: number }).bytes > serviceBytes) {
          const oldest = selectOldest.get(service, version) as { version: string } | undefined;
          if (oldest === undefined) {
            throw new ProdlensError(
              'PRODLENS_ERR_SOURCE_MAPS_FULL',
              `The source maps of one version take more than the ${serviceBytes} bytes that a service has`,
            );
          }
          dropVersion.run(service, oldest.version);
          dropped.push(oldest.version);
        }
        return dropped;
      });
    },

    files(service: string, version: string): Set<string> {
      return new Set((selectFiles.all(service, version) as Array<{ file: string }>).map(({ file }) => file));
    },

    map(service: string, version: string, file: string): Uint8Array | null {
      return (selectMap.get(service, version, file) as { map: Uint8Array } | undefined)?.map ?? null;
    },

    /** After the deployments: forgets versions of which neither a map nor a sensor came within the retention time. */
    sweep(nowUnixMs: number): void {
      db.prepare(
        `DELETE FROM source_map WHERE uploaded_ms < ? AND NOT EXISTS (
           SELECT 1 FROM deployment d JOIN service s ON s.id = d.service
           WHERE s.name = source_map.service AND d.version = source_map.version)`,
      ).run(nowUnixMs - NAMES_RETENTION_MS);
    },
  };
}
