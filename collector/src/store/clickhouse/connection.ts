// The connection to a ClickHouse server, by its own HTTP client: statements in, plain rows out, and every fault of the
// network as PRODLENS_ERR_STORE_AWAY. Where the server is and what the database is called is one setting:
//
//   clickhouse://user:password@host:8123/database?cluster=name&tls=true

import {
  type ClickHouseClient,
  ClickHouseError,
  ClickHouseLogLevel,
  type ClickHouseSettings,
  createClient,
} from '@clickhouse/client';
import { ProdlensError, printable } from '../../errors.js';

export interface ClickHouseSetting {
  /** Of the server's HTTP interface. */
  url: string;
  username: string;
  password: string;
  database: string;
  /** Name of the cluster that the tables are spread over; null: one server. */
  cluster: string | null;
}

export interface ClickHouse extends ClickHouseSetting {
  /** Runs a statement that answers nothing. */
  command(statement: string): Promise<void>;
  /** Rows as arrays of their columns. 64-bit integers are numbers: nothing here reaches 2^53. */
  rows<T extends unknown[]>(query: string, parameters?: Record<string, unknown>): Promise<T[]>;
  /**
   * All rows or none. The same rows with the same `token` are taken once, also by what is made of them (roll-ups). No
   * rows is no insert.
   */
  insert(table: string, columns: readonly string[], rows: unknown[][], token?: string): Promise<void>;
  close(): Promise<void>;
}

/** Longer than any question or insert should take; a server that says nothing for so long is away. */
const REQUEST_TIMEOUT_MS = 30_000;
const NAME = /^\w{1,60}$/;

/** Throws PRODLENS_ERR_STORE_SETTING. */
export function parseSetting(setting: string): ClickHouseSetting {
  const refuse = (why: string): never => {
    throw new ProdlensError(
      'PRODLENS_ERR_STORE_SETTING',
      `The store must be given as clickhouse://user:password@host:port/database: ${why}`,
    );
  };
  if (!URL.canParse(setting)) return refuse('it is no URL');
  const { protocol, hostname, host, username, password, pathname, searchParams } = new URL(setting);
  if (protocol !== 'clickhouse:') return refuse(`there is no store for ${protocol}`);
  if (hostname === '') return refuse('the host is missing');
  const unknown = [...searchParams.keys()].filter((name) => name !== 'cluster' && name !== 'tls');
  if (unknown.length > 0) return refuse(`there is no option ${unknown.join(', ')}`);
  const database = pathname.slice(1) || 'prodlens';
  const cluster = searchParams.get('cluster');
  for (const name of [database, cluster ?? 'none']) {
    if (!NAME.test(name)) return refuse('names of databases and clusters are made of letters, digits and _');
  }
  const scheme = searchParams.get('tls') === 'true' ? 'https' : 'http';
  return {
    url: `${scheme}://${host}`,
    username: decodeURIComponent(username) || 'default',
    password: decodeURIComponent(password),
    database,
    cluster,
  };
}

/** Opens no connection before the first question; the settings that every question goes with are here. */
export function connect(setting: ClickHouseSetting): ClickHouse {
  const { url, username, password, cluster } = setting;
  const settings: ClickHouseSettings = {
    output_format_json_quote_64bit_integers: 0,
    insert_deduplicate: 1,
    deduplicate_blocks_in_dependent_materialized_views: 1,
    // An insert into a table of the cluster is done when every shard has its rows, and what one collector has said is
    // seen by the next question of another.
    ...(cluster !== null && {
      distributed_foreground_insert: 1,
      insert_quorum: 'auto',
      insert_quorum_parallel: 0,
      select_sequential_consistency: '1',
    }),
  };
  const client: ClickHouseClient = createClient({
    url,
    username,
    password,
    request_timeout: REQUEST_TIMEOUT_MS,
    application: 'prodlens',
    clickhouse_settings: settings,
    // What fails is thrown; who catches it writes the log.
    log: { level: ClickHouseLogLevel.OFF },
  });

  async function answer<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof ClickHouseError) {
        throw new Error(`ClickHouse: ${printable(error.message).slice(0, 500)}`, { cause: error });
      }
      const why = (error as Error).message || String((error as NodeJS.ErrnoException).code);
      throw new ProdlensError('PRODLENS_ERR_STORE_AWAY', `ClickHouse at ${url} does not answer (${why})`, {
        cause: error,
      });
    }
  }

  return {
    ...setting,
    async command(statement) {
      await answer(() => client.command({ query: statement }));
    },
    rows: (query, parameters) =>
      answer(async () => {
        const found = await client.query({
          query,
          format: 'JSONCompactEachRow',
          ...(parameters && { query_params: parameters }),
        });
        return found.json();
      }),
    async insert(table, columns, values, token) {
      if (values.length === 0) return;
      await answer(() =>
        client.insert({
          table: `${setting.database}.${table}`,
          columns: columns as [string, ...string[]],
          values,
          format: 'JSONCompactEachRow',
          ...(token !== undefined && { clickhouse_settings: { insert_deduplication_token: token } }),
        }),
      );
    },
    close: () => client.close(),
  };
}
