#!/usr/bin/env node
// The program `prodlens`. What it says on stdout is the answer; the log, and what went wrong, go to stderr.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { RefusedError } from './command-line/collector-request.js';
import { measuringCommand } from './command-line/measuring.js';
import { sourceMapsCommand } from './command-line/source-maps.js';
import { ProdlensError, printable } from './errors.js';
import { createToken } from './http/authorize.js';
import { createLog } from './log.js';
import { startCollector } from './start-collector.js';
import { openSqliteStore } from './store/sqlite/sqlite-store.js';
import { TOKEN_SCOPES, type TokenScope } from './store/store.js';
import { COLLECTOR_VERSION } from './version.js';

const dataOption = () =>
  new Option('--data <dir>', "folder of the collector's data; up makes it when it is missing")
    .env('PRODLENS_DATA')
    .default(join(homedir(), '.prodlens'));

const program = new Command('prodlens')
  .description('Function-level production insight: the Prodlens collector.')
  .version(COLLECTOR_VERSION)
  // `--version` behind a command is the command's own.
  .enablePositionalOptions();

program
  .command('up')
  .description('Start the collector. Ctrl-C ends it.')
  .addOption(dataOption())
  .option('--port <number>', 'port to listen on; 0 takes a free one', parsePort, 4790)
  .option('--host <address>', 'address to listen on; another than loopback needs a token', '127.0.0.1')
  .option('--json', 'print one JSON line {"url", "data"} and log JSON lines')
  .action(up);

program
  .command('token')
  .description('Make tokens, by which sensors, editors and people identify themselves.')
  .command('create')
  .usage('--scope <scope> [options]')
  .description(
    'Make a token and print it. From the first token on, also while the collector runs, every request needs one.',
  )
  .addOption(
    new Option('--scope <scope>', 'what the token allows: sensors need ingest, editors and people read; admin is all')
      .choices(TOKEN_SCOPES)
      .makeOptionMandatory(),
  )
  .addOption(dataOption())
  .action(tokenCreate);

program.addCommand(measuringCommand()).addCommand(sourceMapsCommand());

program.parseAsync().catch((error: unknown) => {
  const known = error instanceof ProdlensError || error instanceof RefusedError;
  console.error(known ? printable(`${error.code}: ${error.message}`) : error);
  process.exitCode = 1;
});

async function up(options: { data: string; port: number; host: string; json?: true }): Promise<void> {
  const log = createLog(options.json === true);
  const collector = await startCollector({ dataDir: options.data, port: options.port, host: options.host, log });
  if (options.json) {
    console.log(JSON.stringify({ url: collector.url, data: collector.dataDir }));
  } else {
    const reach = collector.needsToken ? 'every request needs a token' : 'no token: this machine only';
    console.log(`Prodlens collector listening on ${collector.url} (data in ${collector.dataDir}; ${reach})`);
  }
  const stop = () => {
    collector.close().catch((error: unknown) => {
      log.fatal({ err: error }, 'the collector could not stop cleanly');
      process.exitCode = 1;
    });
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
}

async function tokenCreate(options: { scope: TokenScope; data: string }): Promise<void> {
  const store = openSqliteStore(resolve(options.data));
  try {
    console.log(await createToken(store, options.scope, Date.now()));
    console.error(`This token (scope ${options.scope}) is shown only now: the collector keeps no more than its hash.`);
  } finally {
    await store.close();
  }
}

function parsePort(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}
