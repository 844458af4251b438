// The tables in ClickHouse. Numbers are rows of one minute, from which the server itself makes those of hours and days;
// partial rows of the same key, from several flushes or collectors, add up by themselves. What several collectors must
// agree on (names, tokens, rules) is a log of records that each of them follows (replica.ts).
//
// The same code makes the tables of one server and those of a cluster. There, rows of functions are spread over the
// shards by file, so that a question about a file is answered by one of them; `x_here` is a shard's own part of the
// table `x`. Records are few and are on every server as a whole.

import { ProdlensError } from '../../errors.js';
import { TIERS } from '../sqlite/tiers.js';
import type { ClickHouse, ClickHouseSetting } from './connection.js';

export const SCHEMA_VERSION = 1;

/** Blocks whose tokens are remembered, of each table: a flush that is repeated within hours, even days, adds nothing. */
const TOKENS = 10_000;
const TOKEN_SECONDS = 7 * 86_400;

interface Table {
  name: string;
  columns: Record<string, string>;
  /** ClickHouse's engine without "MergeTree", and its arguments. */
  engine: string;
  version?: string;
  orderBy: string[];
  partitionBy?: string;
  /** What is hashed to choose the shard; of a table without, every server has all rows. */
  shardBy?: string;
  ttl?: string;
}

const sum = 'SimpleAggregateFunction(sum, UInt64)';
const max = 'SimpleAggregateFunction(max, UInt64)';
const buckets = 'SimpleAggregateFunction(sumMap, Map(Int16, UInt64)) CODEC(ZSTD(1))';
const id = 'UInt64';

/** Of each there is one of minutes, one of hours and one of days; `t` counts them since the Unix epoch. */
export const TIER_TABLES = {
  fn: {
    key: { deployment: id, file: id, fn: id },
    values: { calls: sum, errors: sum, sum_ns: sum, max_ns: max, self_ns: sum, cpu_ns: sum, h: buckets },
    shardBy: 'file',
  },
  /** Caller and callee 0: calls that found no room. */
  edge: {
    key: { deployment: id, caller: id, callee: id },
    values: { calls: sum, sum_ns: sum },
    shardBy: 'deployment',
  },
  endpoint: {
    key: { deployment: id, endpoint: id },
    values: { calls: sum, errors: sum, sum_ns: sum, max_ns: max, database_ns: sum, outbound_ns: sum, h: buckets },
    shardBy: 'deployment',
  },
  endpoint_fn: {
    key: { deployment: id, endpoint: id, fn: id },
    values: { calls: sum, sum_ns: sum, self_ns: sum, busy_ns: sum },
    shardBy: 'deployment',
  },
} as const;
export type TierTable = keyof typeof TIER_TABLES;

/** In units of a table's tier: a partition is dropped as a whole once all of it is too old. */
export const PARTITION_ROWS = { 1: 1_440, 60: 7 * 24, 1440: 30 } as const;

const FLOATS = [
  'duration_ms',
  'sensor_cpu_ms',
  'inline_cpu_ms',
  'cpu_ms',
  'event_loop_busy_ms',
  'gc_count',
  'gc_ms',
  'rss_bytes',
  'heap_used_bytes',
  'delay_p50_ns',
  'delay_p99_ns',
  'delay_max_ns',
];

/** Rows that a collector replaces by newer ones of the same key: `at` says which is the newest. */
const REPLACED = { collector: 'String', at: 'DateTime64(6) DEFAULT now64(6)' };

const OTHERS: Table[] = [
  // value: JSON; empty where it is gone.
  {
    name: 'record',
    columns: { kind: 'LowCardinality(String)', key: 'String', value: 'String CODEC(ZSTD(3))', ...REPLACED },
    engine: 'Replacing',
    version: 'at',
    orderBy: ['kind', 'key'],
  },
  // Which collector was the first to count a window.
  {
    name: 'counted',
    columns: { instance: 'String', sequence: 'UInt64', segment: 'UInt64', ...REPLACED },
    engine: '',
    orderBy: ['instance', 'sequence', 'at'],
    partitionBy: 'toDate(at)',
    ttl: 'toDateTime(at) + INTERVAL 7 DAY',
  },
  // What an instance said of its process in a minute, to one collector.
  {
    name: 'process',
    columns: {
      ...{ instance: 'String', t: 'UInt32' },
      ...Object.fromEntries(FLOATS.map((name) => [name, 'Float64'])),
      ...REPLACED,
    },
    engine: 'Replacing',
    version: 'at',
    orderBy: ['instance', 't', 'collector'],
    partitionBy: `intDiv(t, ${PARTITION_ROWS[1]})`,
    shardBy: 'cityHash64(instance)',
  },
  // From the start of the first to the end of the last window of a deployment in a minute, as one collector saw it.
  {
    name: 'reporting',
    columns: { deployment: id, t: 'UInt32', from_ms: 'Float64', to_ms: 'Float64', ...REPLACED },
    engine: 'Replacing',
    version: 'at',
    orderBy: ['deployment', 't', 'collector'],
    partitionBy: `intDiv(t, ${7 * 1_440})`,
    shardBy: 'deployment',
  },
];

/** The statements that make version 1, in order. */
export function createStatements(setting: ClickHouseSetting): string[] {
  const { database, cluster } = setting;
  const onCluster = cluster === null ? '' : ` ON CLUSTER ${cluster}`;
  const views = Object.entries(TIER_TABLES).flatMap(([name, { key, values }]) =>
    TIERS.slice(1).map(
      (tier) =>
        `CREATE MATERIALIZED VIEW IF NOT EXISTS ${database}.${name}_${tier}_view${onCluster}
         TO ${database}.${here(`${name}_${tier}`, setting)}
         AS SELECT ${[...Object.keys(key), ...Object.keys(values)].join(', ')}, toUInt32(intDiv(t, ${tier})) AS t
         FROM ${database}.${here(`${name}_1`, setting)}`,
    ),
  );
  return [
    `CREATE DATABASE IF NOT EXISTS ${database}${onCluster}`,
    `CREATE TABLE IF NOT EXISTS ${database}.version${onCluster} (version UInt32, at DateTime DEFAULT now())
     ENGINE = ${engine('', '', false, setting)} ORDER BY version`,
    ...[...tierTables(), ...OTHERS].flatMap((table) => tableStatements(table, setting)),
    ...views,
  ];
}

function tierTables(): Table[] {
  return Object.entries(TIER_TABLES).flatMap(([name, { key, values, shardBy }]) =>
    TIERS.map((tier) => ({
      name: `${name}_${tier}`,
      columns: { ...key, t: 'UInt32 CODEC(DoubleDelta, ZSTD(1))', ...values },
      engine: 'Aggregating',
      orderBy: [...Object.keys(key), 't'],
      partitionBy: `intDiv(t, ${PARTITION_ROWS[tier]})`,
      shardBy: `cityHash64(${shardBy})`,
    })),
  );
}

function tableStatements(table: Table, setting: ClickHouseSetting): string[] {
  const { database, cluster } = setting;
  const { name, columns, orderBy, partitionBy, shardBy, ttl } = table;
  const isSharded = cluster !== null && shardBy !== undefined;
  const onCluster = cluster === null ? '' : ` ON CLUSTER ${cluster}`;
  const lines = Object.entries(columns).map(([column, type]) => `${column} ${type}`);
  for (const column of ['at', 'segment']) {
    if (column in columns) lines.push(`INDEX by_${column} ${column} TYPE minmax GRANULARITY 1`);
  }
  const parts = [
    `CREATE TABLE IF NOT EXISTS ${database}.${isSharded ? `${name}_here` : name}${onCluster} (${lines.join(', ')})`,
    `ENGINE = ${engine(table.engine, table.version ?? '', isSharded, setting)}`,
    partitionBy && `PARTITION BY ${partitionBy}`,
    `ORDER BY (${orderBy.join(', ')})`,
    ttl && `TTL ${ttl}`,
    `SETTINGS index_granularity = 1024, ${
      cluster === null
        ? `non_replicated_deduplication_window = ${TOKENS}`
        : `replicated_deduplication_window = ${TOKENS}, replicated_deduplication_window_seconds = ${TOKEN_SECONDS}`
    }`,
  ];
  const made = [parts.filter(Boolean).join(' ')];
  if (isSharded) {
    made.push(
      `CREATE TABLE IF NOT EXISTS ${database}.${name}${onCluster} AS ${database}.${name}_here
       ENGINE = Distributed(${cluster}, ${database}, ${name}_here, ${shardBy})`,
    );
  }
  return made;
}

/** The servers' own names for shard and replica are macros of their configuration. */
function engine(kind: string, version: string, isSharded: boolean, { cluster }: ClickHouseSetting): string {
  if (cluster === null) return `${kind}MergeTree(${version})`;
  const path = `/clickhouse/tables/${isSharded ? '{shard}' : 'all'}/{database}/{table}`;
  const replica = isSharded ? '{replica}' : '{shard}-{replica}';
  return `Replicated${kind}MergeTree(${[`'${path}'`, `'${replica}'`, version].filter(Boolean).join(', ')})`;
}

/** The table that holds the rows themselves, on one server or on each shard. */
export function here(table: string, { cluster }: ClickHouseSetting): string {
  return cluster === null ? table : `${table}_here`;
}

/**
 * Makes the tables, or brings older ones up to date; forward only. Throws PRODLENS_ERR_DATA_NEWER, before anything is
 * changed, where a newer collector has made them.
 */
export async function prepareTables(clickHouse: ClickHouse): Promise<void> {
  const { database } = clickHouse;
  const [[there] = [0]] = await clickHouse.rows<[number]>(
    `SELECT count() FROM system.tables WHERE database = {database:String} AND name = 'version'`,
    { database },
  );
  const [[version] = [0]] =
    there === 0 ? [] : await clickHouse.rows<[number]>(`SELECT max(version) FROM ${database}.version`);
  if (version > SCHEMA_VERSION) {
    throw new ProdlensError(
      'PRODLENS_ERR_DATA_NEWER',
      `The tables in ClickHouse were made by a newer collector (data version ${version}; this one knows up to ${SCHEMA_VERSION})`,
    );
  }
  if (version === SCHEMA_VERSION) return;
  // From here on a step for each later version, as in the embedded store.
  for (const statement of createStatements(clickHouse)) await clickHouse.command(statement);
  await clickHouse.insert('version', ['version'], [[SCHEMA_VERSION]], `version ${SCHEMA_VERSION}`);
}
