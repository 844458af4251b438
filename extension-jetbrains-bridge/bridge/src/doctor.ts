// Checks each link from a JetBrains IDE to the numbers, in order, and says of the first that is broken what to do.

import { stat } from 'node:fs/promises';
import { askServer } from './ask-server.js';
import { ideSettings } from './ide-settings.js';
import { askForNode, type Machine, nodeCandidates, OLDEST_NODE } from './node-locations.js';
import { nodeLocations, nodeOfTemplate, type Place, settingsOfTemplate } from './place.js';

export interface Finding {
  good: boolean;
  /** A sentence. */
  text: string;
  /** What to do about it; '' where it is good. */
  remedy: string;
}

export interface Collector {
  /** Who says so, for a person; '' where it was asked for on the command line. */
  where: string;
  url: string;
  /** '' for none; null where it is somewhere that is not read here. */
  token: string | null;
}

const COLLECTOR_TIMEOUT_MS = 5_000;

/**
 * Each link as it was found; the ones behind a broken one are left out where they need it. `program`: how this program is
 * started.
 */
export async function* examine(
  place: Place,
  machine: Machine,
  collectors: Collector[],
  program: string,
): AsyncGenerator<Finding> {
  yield await nodeFinding(machine);
  const node = await nodeOfTemplate(place);
  if (node !== null) {
    yield good(`The template is in ${place.template}.`);
    yield* serverFindings(node, place, program);
  } else if (collectors.some(({ where }) => where.endsWith('plugin'))) {
    yield good(`There is no template in ${place.template}: the plugin needs none.`);
  } else yield bad(`There is no template in ${place.template}.`, `Run: ${program} install`);
  for (const collector of collectors) yield* collectorFindings(collector);
}

/**
 * Those that the IDEs of this person are set to; of the template in place where no IDE has a setting, because an IDE has
 * copied the template's when it imported it.
 */
export async function collectorsInUse(place: Place, machine: Machine, defaultUrl: string): Promise<Collector[]> {
  const set = ideSettings(machine).map((one) => ({ ...one, url: one.url || defaultUrl }));
  if (set.length > 0) return set;
  const template = await settingsOfTemplate(place);
  if (template === null) return [{ where: '', url: defaultUrl, token: '' }];
  return [{ where: 'The template', url: template.url || defaultUrl, token: template.token }];
}

/** Which Node of this machine is new enough, or which ones are too old. */
export async function nodeFinding(machine: Machine): Promise<Finding> {
  const answers = askForNode(nodeCandidates(await nodeLocations(), machine));
  const found = answers.find(({ newEnough }) => newEnough);
  if (found) return good(`Node.js ${found.version} is ${found.path}.`);
  const old = answers.map(({ path, version }) => `${path} is ${version}`).join(', ');
  const text = old === '' ? 'No Node.js was found.' : `Node.js is too old: ${old}.`;
  return bad(text, `Install Node.js ${OLDEST_NODE.join('.')} or newer from https://nodejs.org`);
}

/**
 * Starts the server as the template does, and asks what it offers. `program`: by what name the reader runs this one.
 */
export async function* serverFindings(node: string, place: Place, program: string): AsyncGenerator<Finding> {
  const again = `Run: ${program} install`;
  if (!(await exists(node))) return yield bad(`The template starts ${node}, which is no longer there.`, again);
  if (!(await exists(place.server))) return yield bad(`The language server ${place.server} is missing.`, again);
  try {
    const { codeLensProvider, hoverProvider, executeCommandProvider } = await askServer(node, place.server, '--stdio');
    const lacks = Object.entries({ codeLensProvider, hoverProvider, executeCommandProvider })
      .filter(([, offered]) => !offered)
      .map(([name]) => name);
    if (lacks.length > 0) yield bad(`The language server answers, but offers no ${lacks.join(', ')}.`, again);
    else yield good('The language server starts and answers.');
  } catch (error) {
    yield bad((error as Error).message, again);
  }
}

async function* collectorFindings({ where, url, token }: Collector): AsyncGenerator<Finding> {
  if (where !== '') yield good(`${where}: set to the collector at ${url}.`);
  const up =
    'Start one: prodlens up, or in a checkout of Prodlens: node collector/dist/cli.js up. If it runs elsewhere, ' +
    `${where === '' ? 'give its address: --url URL' : `set its address there (${settingsIn(where)})`}.`;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return yield bad(`"${url}" is no address of a collector.`, up);
  let answer: Response;
  try {
    const headers = token ? { authorization: `Bearer ${token}` } : {};
    const path = `${url.replace(/\/+$/, '')}/api/v1/services`;
    answer = await fetch(path, { headers, signal: AbortSignal.timeout(COLLECTOR_TIMEOUT_MS) });
  } catch (error) {
    const { cause, message } = error as Error;
    return yield bad(`No collector answers at ${url}: ${cause instanceof Error ? cause.message : message}.`, up);
  }
  if (answer.status === 401 || answer.status === 403) return yield refusal(where, url, token);
  const body = (await answer.json().catch(() => null)) as { services?: unknown[] } | null;
  if (!answer.ok || !Array.isArray(body?.services)) {
    return yield bad(`What answers at ${url} is no Prodlens collector (status ${answer.status}).`, up);
  }
  yield good(`The collector at ${url} answers.`);
  const count = body.services.length;
  if (count > 0) return yield good(`It knows ${count} ${count === 1 ? 'service' : 'services'}.`);
  yield bad(
    'No service has reported to it yet.',
    'Install @prodlens/sensor into your service and start it with: node --import @prodlens/sensor/register app.js',
  );
}

function refusal(where: string, url: string, token: string | null): Finding {
  const make = 'Where the collector runs: prodlens token create --scope read';
  if (token === null) {
    return bad(
      `The collector at ${url} asks for a token.`,
      `Whether the one in the IDE's password store is right cannot be seen here: give it by --token with --url ${url}. ${make}, and put it under ${settingsIn(where)}.`,
    );
  }
  const text = `The collector at ${url} refuses ${token === '' ? 'to answer without a token' : 'this token'}.`;
  const use = where === '' ? 'give it by --token, and put it into the settings of the IDE' : settingsIn(where);
  return bad(text, `${make}, and ${where === '' ? use : `put it under ${use}`}.`);
}

function settingsIn(where: string): string {
  return where.endsWith('plugin')
    ? 'Settings > Tools > Prodlens'
    : 'Language Servers tool window > Prodlens > Configuration';
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null))?.isFile() === true;
}

function good(text: string): Finding {
  return { good: true, text, remedy: '' };
}

function bad(text: string, remedy: string): Finding {
  return { good: false, text, remedy };
}
