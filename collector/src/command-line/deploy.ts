// `prodlens deploy`: what a pipeline knows of a deployment. `prodlens expected`: what a reviewed file of the repository
// expects to change, so that nobody need be told of it.

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { NotedCommit } from '../alerts/life/alert-book.js';
import { ProdlensError } from '../errors.js';
import type { DeploymentSummary } from '../query/deployments/deployment-notes.js';
import { changedFunctions } from './changed-functions.js';
import { askCollector, type CollectorAddress, tokenOption, urlOption } from './collector-request.js';

interface Deployed extends CollectorAddress {
  service: string;
  environment: string;
  version: string;
  revision?: string;
  author?: string;
  link?: string;
  /** true: since the revision that ran before. */
  changes?: string | true;
  folder: string;
}

/** `prodlens deploy`, for pipelines. */
export function deployCommand(): Command {
  return new Command('deploy')
    .usage('--service <name> --version <version> [options]')
    .description(
      'Say what a pipeline knows of a deployment: alerts about it name the commit, who made it and where to read of it. ' +
        'Deployments are seen without this too, from the words of the sensors.',
    )
    .requiredOption('--service <name>', 'the service, as sensors name it')
    .requiredOption('--version <version>', 'the version, as sensors name it')
    .option('--environment <name>', 'where it is deployed', 'production')
    .option('--revision <commit>', 'the commit')
    .option('--author <name>', 'who made it')
    .option('--link <address>', 'the pipeline, the pull request, the release notes')
    .option(
      '--changes [commit]',
      'send which functions the commits since this one touched, as git here has them; without a commit, since the ' +
        'revision that the collector saw last',
    )
    .option('--folder <path>', 'of the package that is deployed, within its git repository; for --changes', '.')
    .addOption(urlOption())
    .addOption(tokenOption('admin'))
    .action(deploy);
}

async function deploy({ url, token, changes, folder, ...note }: Deployed): Promise<void> {
  const address = { url, ...(token !== undefined && { token }) };
  const commits = changes === undefined ? [] : await commitsSince(address, note, folder, changes);
  const body = JSON.stringify({ ...note, ...(changes !== undefined && { commits }) });
  const noted = await askCollector<Deployed>(address, 'POST', '/api/v1/deployments', body);
  const counted =
    changes === undefined ? '' : `, with ${commits.length} ${commits.length === 1 ? 'commit' : 'commits'}`;
  console.log(`Noted ${noted.service} ${noted.version} in ${noted.environment}${counted}.`);
}

async function commitsSince(
  address: CollectorAddress,
  { service, environment, revision = 'HEAD' }: Pick<Deployed, 'service' | 'environment' | 'revision'>,
  folder: string,
  since: string | true,
): Promise<NotedCommit[]> {
  const from = since === true ? await revisionBefore(address, service, environment, revision) : since;
  return from === null ? [] : changedFunctions(folder, from, revision);
}

/** Of the deployment that became the current one last, which is of another revision; null where there is none. */
async function revisionBefore(address: CollectorAddress, service: string, environment: string, revision: string) {
  const query = new URLSearchParams({ service, environment });
  const path = `/api/v1/deployments?${query}`;
  const { deployments } = await askCollector<{ deployments: DeploymentSummary[] }>(address, 'GET', path);
  return deployments.find((d) => d.revision !== '' && d.revision !== revision)?.revision ?? null;
}

interface Expected extends CollectorAddress {
  service: string;
}

interface FileRule {
  environment?: string;
  file?: string;
  function?: string;
  /** A day or a time, ISO 8601. */
  until?: string;
  reason: string;
}

/** `prodlens expected`, for pipelines. */
export function expectedCommand(): Command {
  return new Command('expected')
    .usage('FILE --service <name> [options]')
    .description(
      'Send what a reviewed JSON file of the repository expects to change: a list of ' +
        '{"file", "function", "environment", "until", "reason"}, all but the reason optional. It takes the place of what ' +
        'the same file said before; an empty list expects nothing.',
    )
    .argument('<file>', 'such as .prodlens/expected.json')
    .requiredOption('--service <name>', 'the service, as sensors name it')
    .addOption(urlOption())
    .addOption(tokenOption('admin'))
    .action(expect);
}

async function expect(path: string, { service, ...address }: Expected): Promise<void> {
  const rules = readRules(path).map(({ environment, file, function: name, until, reason }, i) => {
    const untilUnixMs = until === undefined ? null : Date.parse(until);
    if (Number.isNaN(untilUnixMs)) throw fault(path, `rule ${i + 1}: until is no date such as 2030-12-24`);
    return { environment: environment ?? null, file: file ?? null, name: name ?? null, untilUnixMs, reason };
  });
  const body = JSON.stringify({ service, by: path, rules });
  await askCollector(address, 'PUT', '/api/v1/expected', body);
  console.log(`${rules.length === 1 ? '1 change is' : `${rules.length} changes are`} expected in ${service}.`);
}

function readRules(path: string): FileRule[] {
  let rules: unknown;
  try {
    rules = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw fault(path, (error as Error).message);
  }
  if (!Array.isArray(rules)) throw fault(path, 'it is not a list');
  return rules as FileRule[];
}

function fault(path: string, what: string): ProdlensError {
  return new ProdlensError('PRODLENS_ERR_EXPECTED', `${path} cannot be used: ${what}`);
}
