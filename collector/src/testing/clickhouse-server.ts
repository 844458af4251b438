// A ClickHouse for one test file: chdb in a process of its own (chdb-http.ts). `npm test` installs it
// (scripts/installs/chdb.mjs); without it these tests are skipped.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const CHDB = fileURLToPath(new URL('../../../.cache/chdb/node_modules/chdb', import.meta.url));
const PROGRAM = fileURLToPath(new URL('chdb-http.js', import.meta.url));

/** Why there is no ClickHouse here; false where there is. */
export const noClickHouse = existsSync(CHDB) ? false : 'chdb is not installed: npm test installs it';

export interface ClickHouseServer {
  /** 0 while it is down. */
  pid(): number;
  /** Of a database that may not exist yet. */
  setting(database: string): string;
  /** As the machine under it would end: at once. */
  kill(): Promise<void>;
  /** Again, at the same port, with the data that it had. */
  restart(): Promise<void>;
}

export async function startClickHouse(folder: string): Promise<ClickHouseServer> {
  let child: ChildProcess | null = null;
  let port = '0';

  async function start(): Promise<void> {
    const started = spawn(process.execPath, [PROGRAM, CHDB, folder, port], { stdio: ['ignore', 'pipe', 'inherit'] });
    child = started;
    [port] = (await once(createInterface(started.stdout!), 'line')) as [string];
  }

  await start();
  return {
    pid: () => child?.pid ?? 0,
    setting: (database) => `clickhouse://default:secret@127.0.0.1:${port}/${database}`,
    async kill() {
      if (child === null) return;
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
      child = null;
    },
    restart: start,
  };
}
