// Checks each link from a JetBrains IDE to the numbers, in order, and says of the first that is broken what to do.

import { stat } from 'node:fs/promises';
import { askServer } from './ask-server.js';
import { askForNode, type Machine, nodeCandidates, OLDEST_NODE } from './node-locations.js';
import { nodeLocations, nodeOfTemplate, type Place } from './place.js';

export interface Finding {
  good: boolean;
  /** A sentence. */
  text: string;
  /** What to do about it; '' where it is good. */
  remedy: string;
}

export interface Collector {
  url: string;
  /** '' for none. */
  token: string;
}

const COLLECTOR_TIMEOUT_MS = 5_000;
const INSTALL = 'Run: npx @prodlens/jetbrains install';

/** Each link as it was found; the ones behind a broken one are left out where they need it. */
export async function* examine(place: Place, machine: Machine, collector: Collector): AsyncGenerator<Finding> {
  yield await nodeFinding(machine);
  const node = await nodeOfTemplate(place);
  if (node === null) yield bad(`There is no template in ${place.template}.`, INSTALL);
  else {
    yield good(`The template is in ${place.template}.`);
    yield* serverFindings(node, place);
  }
  yield* collectorFindings(collector);
}

export async function nodeFinding(machine: Machine): Promise<Finding> {
  const answers = askForNode(nodeCandidates(await nodeLocations(), machine));
  const found = answers.find(({ newEnough }) => newEnough);
  if (found) return good(`Node.js ${found.version} is ${found.path}.`);
  const old = answers.map(({ path, version }) => `${path} is ${version}`).join(', ');
  const text = old === '' ? 'No Node.js was found.' : `Node.js is too old: ${old}.`;
  return bad(text, `Install Node.js ${OLDEST_NODE.join('.')} or newer from https://nodejs.org`);
}

export async function* serverFindings(node: string, place: Place): AsyncGenerator<Finding> {
  if (!(await exists(node))) return yield bad(`The template starts ${node}, which is no longer there.`, INSTALL);
  if (!(await exists(place.server))) return yield bad(`The language server ${place.server} is missing.`, INSTALL);
  try {
    const { codeLensProvider, hoverProvider, executeCommandProvider } = await askServer(node, place.server);
    const lacks = Object.entries({ codeLensProvider, hoverProvider, executeCommandProvider })
      .filter(([, offered]) => !offered)
      .map(([name]) => name);
    if (lacks.length > 0) yield bad(`The language server answers, but offers no ${lacks.join(', ')}.`, INSTALL);
    else yield good('The language server starts and answers.');
  } catch (error) {
    yield bad((error as Error).message, INSTALL);
  }
}

async function* collectorFindings({ url, token }: Collector): AsyncGenerator<Finding> {
  const up = 'Start one (prodlens up), or give its address: --url URL';
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) return yield bad(`"${url}" is no address of a collector.`, up);
  let answer: Response;
  try {
    const headers = token === '' ? {} : { authorization: `Bearer ${token}` };
    const path = `${url.replace(/\/+$/, '')}/api/v1/services`;
    answer = await fetch(path, { headers, signal: AbortSignal.timeout(COLLECTOR_TIMEOUT_MS) });
  } catch (error) {
    const { cause, message } = error as Error;
    return yield bad(`No collector answers at ${url}: ${cause instanceof Error ? cause.message : message}.`, up);
  }
  if (answer.status === 401 || answer.status === 403) {
    const token401 = 'Make one (prodlens token create --scope read), give it by --token, and put it into the settings.';
    return yield bad(
      `The collector at ${url} refuses ${token === '' ? 'to answer without a token' : 'this token'}.`,
      token401,
    );
  }
  const body = (await answer.json().catch(() => null)) as { services?: unknown[] } | null;
  if (!answer.ok || !Array.isArray(body?.services)) {
    return yield bad(`What answers at ${url} is no Prodlens collector (status ${answer.status}).`, up);
  }
  yield good(`The collector at ${url} answers.`);
  if (body.services.length > 0) return yield good(`It knows ${body.services.length} service(s).`);
  yield bad(
    'No service has reported to it yet.',
    'Start your service with: node --import @prodlens/sensor/register app.js',
  );
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
