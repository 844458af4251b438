// Forgets what is older than its retention, whole partitions at a time, which costs ClickHouse nothing. So minutes go up
// to a day, hours a week and days a month later than they may.

import { TIERS } from '../sqlite/tiers.js';
import type { ClickHouse } from './connection.js';
import { here, PARTITION_ROWS, TIER_TABLES } from './schema.js';

/** Both: the first minute that is kept, of rows of minutes, and of hours and days. */
export async function dropOldPartitions(
  clickHouse: ClickHouse,
  oldest: { minutes: number; hours: number },
): Promise<void> {
  for (const table of Object.keys(TIER_TABLES)) {
    for (const tier of TIERS) {
      const minute = tier === 1 ? oldest.minutes : oldest.hours;
      await drop(clickHouse, `${table}_${tier}`, Math.floor(Math.floor(minute / tier) / PARTITION_ROWS[tier]));
    }
  }
  await drop(clickHouse, 'process', Math.floor(oldest.minutes / PARTITION_ROWS[1]));
  await drop(clickHouse, 'reporting', Math.floor(oldest.hours / (7 * 1_440)));
}

/** `first`: the first partition that is kept. */
async function drop(clickHouse: ClickHouse, name: string, first: number): Promise<void> {
  const { database, cluster } = clickHouse;
  const table = here(name, clickHouse);
  const parts = cluster === null ? 'system.parts' : `clusterAllReplicas('${cluster}', system.parts)`;
  const partitions = await clickHouse.rows<[string]>(
    `SELECT DISTINCT partition FROM ${parts}
     WHERE database = {database:String} AND table = {table:String} AND active AND toInt64(partition) < ${first}`,
    { database, table },
  );
  const onCluster = cluster === null ? '' : ` ON CLUSTER ${cluster}`;
  for (const [partition] of partitions) {
    await clickHouse.command(`ALTER TABLE ${database}.${table}${onCluster} DROP PARTITION ${partition}`);
  }
}
