#!/usr/bin/env node
// The program `prodlens`. What it says on stdout is the answer; the log, and what went wrong, go to stderr.

import { hostname } from 'node:os';
import { Command, InvalidArgumentError, Option } from 'commander';
import { backupCommand, restoreCommand } from './command-line/backup.js';
import { RefusedError } from './command-line/collector-request.js';
import { deployCommand, expectedCommand } from './command-line/deploy.js';
import { doctorCommand } from './command-line/doctor/doctor.js';
import { lensCommand } from './command-line/lens.js';
import { mcpCommand } from './command-line/mcp.js';
import { measuringCommand } from './command-line/measuring.js';
import { redactionCommand } from './command-line/redaction.js';
import { sourceMapsCommand } from './command-line/source-maps.js';
import { dataOption, storeOption, tokenCommand } from './command-line/tokens.js';
import { ProdlensError, printable } from './errors.js';
import { createLog } from './log.js';
import { type Collector, startCollector } from './start-collector.js';
import { TOKEN_LIMITS, type TokenLimits } from './token-limits.js';
import { COLLECTOR_VERSION } from './version.js';

interface UpOptions {
  data: string;
  store?: string;
  port: number;
  host: string;
  tlsCert?: string;
  tlsKey?: string;
  limit?: Partial<TokenLimits>;
  json?: true;
}

const program = new Command('prodlens')
  .description('Function-level production insight: the Prodlens collector.')
  .version(COLLECTOR_VERSION)
  // `--version` behind a command is the command's own.
  .enablePositionalOptions();

program
  .command('up')
  .description('Start the collector. Ctrl-C ends it.')
  .addOption(dataOption())
  .addOption(storeOption())
  .option('--port <number>', 'port to listen on; 0 takes a free one', parsePort, 4790)
  .option('--host <address>', 'address to listen on; another than loopback needs a token', '127.0.0.1')
  .addOption(
    new Option(
      '--tls-cert <file>',
      'certificate (PEM, with its chain) to speak TLS with; read again when it changes',
    ).env('PRODLENS_TLS_CERT'),
  )
  .addOption(new Option('--tls-key <file>', "the certificate's key (PEM)").env('PRODLENS_TLS_KEY'))
  .option(
    '--limit <name=number>',
    `what one token may do, once for each: ${Object.entries(TOKEN_LIMITS)
      .map(([name, n]) => `${name}=${n}`)
      .join(', ')}`,
    parseLimit,
  )
  .option('--json', 'print one JSON line {"url", "data"} and log JSON lines')
  .action(up);

program.addCommand(tokenCommand());
program.addCommand(backupCommand()).addCommand(restoreCommand());
program
  .addCommand(measuringCommand())
  .addCommand(deployCommand())
  .addCommand(expectedCommand())
  .addCommand(sourceMapsCommand())
  .addCommand(redactionCommand())
  .addCommand(mcpCommand());
program.addCommand(lensCommand()).addCommand(doctorCommand());

program.parseAsync().catch((error: unknown) => {
  const known = error instanceof ProdlensError || error instanceof RefusedError;
  console.error(known ? printable(`${error.code}: ${error.message}`) : error);
  process.exitCode = 1;
});

async function up({ data: dataDir, store, port, host, tlsCert, tlsKey, limit = {}, json }: UpOptions): Promise<void> {
  if ((tlsCert === undefined) !== (tlsKey === undefined)) {
    throw new ProdlensError('PRODLENS_ERR_TLS', 'TLS needs both --tls-cert and --tls-key');
  }
  const tls = tlsCert !== undefined && tlsKey !== undefined ? { cert: tlsCert, key: tlsKey } : null;
  const log = createLog(json === true);
  const collector = await startCollector({ dataDir, store: store ?? null, port, host, tls, limits: limit, log });
  const stop = () => {
    collector.close().catch((error: unknown) => {
      log.fatal({ err: error }, 'the collector could not stop cleanly');
      process.exitCode = 1;
    });
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  console.log(json ? JSON.stringify({ url: collector.url, data: collector.dataDir }) : welcome(collector));
}

/** Where to open the web app, and how to point a service and an editor at the collector. */
function welcome({ url, dataDir, needsToken }: Collector): string {
  const reach = needsToken ? 'every request needs a token' : 'no token: this machine only';
  // Listening on every address is no address to ask at.
  const address = url.replace(/\/\/(0\.0\.0\.0|\[::\])/, `//${hostname()}`);
  const token = needsToken ? ' PRODLENS_TOKEN=…' : '';
  return [
    `Prodlens collector listening on ${url} (data in ${dataDir}; ${reach})`,
    `  Web app:        open ${address}`,
    `  A service:      PRODLENS_URL=${address}${token} node --import @prodlens/sensor/register app.js`,
    `  A coding agent: ${address}/mcp, or over stdio: prodlens mcp --url ${address}`,
    `  OpenTelemetry:  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=${address}/v1/traces`,
    `  An editor:      setting prodlens.url ${address}, in VS Code by the command Prodlens: Connect to Collector…`,
  ].join('\n');
}

function parseLimit(value: string, before: Partial<TokenLimits> = {}): Partial<TokenLimits> {
  const [, name, number] = /^(\w+)=(\d+)$/.exec(value) ?? [];
  if (name === undefined || !(name in TOKEN_LIMITS) || Number(number) < 1) {
    throw new InvalidArgumentError(`It must be NAME=NUMBER, with NAME one of ${Object.keys(TOKEN_LIMITS).join(', ')}.`);
  }
  return { ...before, [name]: Number(number) };
}

function parsePort(value: string): number {
  const port = Number(value);
  if (/^\d+$/.test(value) && port <= 65_535) return port;
  throw new InvalidArgumentError('It must be a number from 0 to 65535.');
}
