// Where measuring is switched on or off, as told. A row without an environment (empty text) is for all of a service.

import type { MeasuringRule } from '../../store.js';
import { type Database, transaction } from '../open-database.js';

export function createMeasuringRules(db: Database) {
  const select = db.prepare(
    `SELECT service, nullif(environment, '') AS environment, measuring, changed_ms AS changedUnixMs
     FROM measuring ORDER BY service, environment`,
  );
  const clear = db.prepare('DELETE FROM measuring WHERE service = ?');
  const add = db.prepare('INSERT INTO measuring (service, environment, measuring, changed_ms) VALUES (?, ?, ?, ?)');

  return {
    all(): MeasuringRule[] {
      return (select.all() as Array<Omit<MeasuringRule, 'measuring'> & { measuring: number }>).map((rule) => ({
        ...rule,
        measuring: rule.measuring === 1,
      }));
    },

    replace(service: string, rules: MeasuringRule[]): void {
      transaction(db, () => {
        clear.run(service);
        for (const { environment, measuring, changedUnixMs } of rules) {
          add.run(service, environment ?? '', measuring ? 1 : 0, changedUnixMs);
        }
      });
    },
  };
}
