// `prodlens token`: makes, lists and revokes tokens in the data folder itself, also while a collector runs on it, which
// then knows within a second. Who can write the folder may do this; nobody can over the network.

import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { createAudit } from '../audit.js';
import { ProdlensError, printable, quoted } from '../errors.js';
import { createToken, tokenId } from '../http/access/authorize.js';
import { openTokenStore, type TokenStore } from '../store/open-store.js';
import { TOKEN_SCOPES, type TokenScope } from '../store/store.js';

interface TokensOf {
  data: string;
  store?: string;
}

interface NewToken extends TokensOf {
  scope: TokenScope[];
  name?: string;
  service?: string;
  environment?: string;
}

/** --data, or PRODLENS_DATA; ~/.prodlens where neither is given. */
export const dataOption = () =>
  new Option('--data <dir>', "folder of the collector's data; up makes it when it is missing")
    .env('PRODLENS_DATA')
    .default(join(homedir(), '.prodlens'));

/** --store, or PRODLENS_STORE. */
export const storeOption = () =>
  new Option(
    '--store <url>',
    'clickhouse://user:password@host:port/database[?cluster=name][&tls=true]; default: embedded in the data folder',
  ).env('PRODLENS_STORE');

/** `prodlens token create`, `list` and `revoke`, straight on the data folder. */
export function tokenCommand(): Command {
  const command = new Command('token').description(
    'Make, list and revoke tokens, by which sensors, editors and people identify themselves.',
  );
  command
    .command('create')
    .usage('--scope <scope...> [options]')
    .description(
      'Make a token and print it. From the first token on, also while the collector runs, every request needs one.',
    )
    .addOption(
      new Option(
        '--scope <scope...>',
        'what the token allows: ingest for sensors and OpenTelemetry, read for editors and people, forensics for ' +
          'captured values, alerts for muting and commenting, admin for everything',
      )
        .choices(TOKEN_SCOPES)
        .makeOptionMandatory(),
    )
    .option('--name <text>', 'whose it is or what it is for, to tell it from others in the list')
    .option('--service <name>', 'with scope ingest alone: the only service that it may report')
    .option('--environment <name>', 'with scope ingest alone: the only environment that it may report')
    .addOption(dataOption())
    .addOption(storeOption())
    .action(create);
  command
    .command('list')
    .description('List the tokens: id, scopes, what they are restricted to, since when, and name; never the token.')
    .addOption(dataOption())
    .addOption(storeOption())
    .action(list);
  command
    .command('revoke')
    .usage('<id> [options]')
    .description(
      'Revoke a token. Its sockets are closed within a second. Without any token left, a collector that listens on ' +
        'loopback answers this machine without one, another nobody.',
    )
    .argument('<id>', 'as in the list')
    .addOption(dataOption())
    .addOption(storeOption())
    .action(revoke);
  return command;
}

async function create({ scope: scopes, name = '', service, environment, ...of }: NewToken): Promise<void> {
  if ((service ?? environment) !== undefined && scopes.some((scope) => scope !== 'ingest')) {
    throw new ProdlensError(
      'PRODLENS_ERR_INVALID_REQUEST',
      'Only a token with scope ingest alone can be for one service or environment: what is read is not divided',
    );
  }
  await inStore(of, async (store, audit) => {
    const only = { service: service ?? null, environment: environment ?? null };
    const token = await createToken(store, scopes, Date.now(), { name, ...only });
    audit('token.create', { id: tokenId(token), name, scopes, ...only });
    console.log(token);
    console.error(
      `This token (scope ${scopes.join(' and ')}) is shown only now: the collector keeps no more than its hash.`,
    );
  });
}

async function list(of: TokensOf): Promise<void> {
  await inStore(of, async (store) => {
    const tokens = await store.tokens();
    if (tokens.length === 0) console.log('There is no token: a collector on this folder answers this machine only.');
    for (const { id, name, scopes, service, environment, createdUnixMs } of tokens) {
      const only = [service && `service ${service}`, environment && `environment ${environment}`].filter(Boolean);
      const since = new Date(createdUnixMs).toISOString();
      console.log(printable([id, scopes.join(','), only.join(', ') || 'any service', since, name].join('  ').trim()));
    }
  });
}

async function revoke(id: string, of: TokensOf): Promise<void> {
  await inStore(of, async (store, audit) => {
    const found = (await store.tokens()).find((token) => token.id === id);
    if (found === undefined) {
      throw new ProdlensError(
        'PRODLENS_ERR_TOKEN_UNKNOWN',
        `No token has the id ${quoted(id)}; see prodlens token list`,
      );
    }
    audit('token.revoke', { id, name: found.name, scopes: found.scopes });
    await store.removeToken(id);
    console.log(`Revoked ${id}.`);
    if (!(await store.hasTokens())) {
      console.error('No token is left: a collector on loopback now answers this machine without one, another nobody.');
    }
  });
}

async function inStore(
  { data, store: setting }: TokensOf,
  act: (store: TokenStore, audit: (act: string, target: Record<string, unknown>) => void) => Promise<void>,
): Promise<void> {
  const dataDir = resolve(data);
  const store = openTokenStore(dataDir, setting ?? null);
  const audit = createAudit(dataDir);
  try {
    await act(store, (name, target) => audit({ act: name, token: 'command line', target }));
  } finally {
    await store.close();
  }
}
