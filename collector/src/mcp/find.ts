// From what an agent has at hand (a name, a path in its checkout, "GET /orders/:id") to what the collector knows it by.
// Where that is not one thing, the error names the candidates, so that the next call is right.

import { commonSuffixLength, type EndpointStats, type FunctionStats } from '@prodlens/protocol';
import { Type } from 'typebox';
import { ProdlensError, quoted } from '../errors.js';
import type { DeploymentSummary } from '../query/deployments/deployment-notes.js';
import type { Agent } from './agent.js';
import { environment, service } from './shapes.js';

const CANDIDATES = 8;
/** Endpoints among which one is looked for by its route. */
export const ENDPOINTS = 10_000;

/** How one function is named. */
export const functionInput = {
  id: Type.Optional(
    Type.String({ description: 'Id of the function from another answer; then nothing else is needed' }),
  ),
  function: Type.Optional(Type.String({ description: 'Its name: OrderService.create, or the last part of it' })),
  file: Type.Optional(Type.String({ description: 'Its file as it is in the repository, or the end of that path' })),
  service,
  environment,
};
interface FunctionInput {
  id?: string | undefined;
  function?: string | undefined;
  file?: string | undefined;
  service?: string | undefined;
  environment?: string | undefined;
}

/** One function in each environment asked for. Throws PRODLENS_ERR_FUNCTION_UNKNOWN with what to ask instead. */
export async function findFunction(
  input: FunctionInput,
  agent: Agent,
  windowSeconds: number,
): Promise<FunctionStats[]> {
  const id = input.id ?? (await idByName(input, agent));
  const { functions } = await agent.query.functions({ id, windowSeconds });
  const asked = functions.filter(({ environment: e }) => (input.environment ?? e) === e);
  if (asked.length > 0) return asked;
  throw unknownFunction(
    functions.length === 0
      ? `No function has the id ${quoted(id)}. Look it up with find_functions`
      : `The function never ran in ${quoted(input.environment ?? '')}, only in ${listed(functions.map((f) => f.environment))}`,
  );
}

async function idByName(input: FunctionInput, agent: Agent): Promise<string> {
  const { function: wanted, file } = input;
  if (wanted === undefined)
    throw unknownFunction('Name the function: an id, or function and, where that is not enough, file');
  const where = {
    ...(input.service && { service: input.service }),
    ...(input.environment && { environment: input.environment }),
  };
  const { functions } = await agent.query.search(wanted, where, 200);
  const inFile = functions.filter((f) => file === undefined || isSameFile(f.file, file));
  const named = inFile.filter((f) => f.name === wanted || f.name.endsWith(`.${wanted}`));
  const exact = named.filter((f) => f.name === wanted);
  for (const found of [exact, named, inFile]) {
    const ids = new Set(found.map((f) => f.id));
    if (ids.size === 1) return found[0]!.id;
    if (ids.size > 1) {
      const candidates = [...new Map(found.map((f) => [f.id, f])).values()].slice(0, CANDIDATES);
      const lines = candidates.map((f) => `${f.name} at ${f.file}:${f.line} in ${f.service} (id ${f.id})`);
      throw unknownFunction(
        `${ids.size} functions are called ${quoted(wanted)}; ask with one of these ids: ${lines.join('; ')}`,
      );
    }
  }
  const otherFiles = functions.length > 0 ? `, but in other files: ${listed(functions.map((f) => f.file))}` : '';
  throw unknownFunction(
    `No function is called ${quoted(wanted)}${file === undefined ? '' : ` in ${quoted(file)}`}${otherFiles}. ` +
      'It may never have run, or be new; find_functions with a part of its name or with its file shows what is there',
  );
}

/** A path in a checkout and a path from a service's root are the same file when one is the end of the other. */
function isSameFile(a: string, b: string): boolean {
  const [x, y] = [a, b].map((path) => `/${path.replaceAll('\\', '/').replace(/^(\.?\/)+/, '')}`) as [string, string];
  return x.endsWith(y) || y.endsWith(x);
}

/** The services' own files that `file` may be: those of which the whole path agrees most with it. */
export async function filesLike(
  file: string,
  agent: Agent,
  service?: string,
): Promise<Array<{ service: string; file: string }>> {
  const services = (await agent.query.catalog()).filter((s) => (service ?? s.service) === s.service);
  const found = services.flatMap((s) =>
    s.files
      .filter((f) => isSameFile(f, file))
      .map((f) => ({
        service: s.service,
        file: f,
        shared: Math.max(
          ...['', ...s.roots].map((root) => commonSuffixLength(segments(`${root}/${f}`), segments(file))),
        ),
      })),
  );
  const most = Math.max(...found.map(({ shared }) => shared));
  return found.filter(({ shared }) => shared === most);
}

function segments(path: string): string[] {
  return path.replaceAll('\\', '/').split('/');
}

interface EndpointInput {
  endpoint: string;
  service?: string | undefined;
  environment?: string | undefined;
}

/** An endpoint in each environment asked for. Throws PRODLENS_ERR_ENDPOINT_UNKNOWN with those that there are. */
export async function findEndpoint(input: EndpointInput, agent: Agent, windowSeconds: number) {
  const { endpoint: wanted, ...where } = input;
  const { endpoints } = await agent.query.endpoints({ ...defined(where), windowSeconds }, ENDPOINTS);
  const match = (isIt: (e: EndpointStats) => boolean) => [...new Set(endpoints.filter(isIt).map(({ id }) => id))];
  const plain = wanted.trim().replace(/\/+$/, '').toLowerCase();
  const text = (e: EndpointStats) => endpointName(e).toLowerCase();
  for (const ids of [
    match((e) => e.id === wanted),
    match((e) => text(e) === plain),
    match((e) => e.route.toLowerCase() === plain),
    match((e) => isPathOf(plain, e)),
    match((e) => text(e).includes(plain)),
  ]) {
    if (ids.length === 0) continue;
    if (ids.length > 1)
      throw unknownEndpoint(
        `${ids.length} endpoints are like ${quoted(wanted)}`,
        endpoints.filter((e) => ids.includes(e.id)),
      );
    const found = (await agent.query.endpoint(ids[0]!, windowSeconds)) ?? [];
    return found.filter((e) => (input.environment ?? e.environment) === e.environment);
  }
  if (endpoints.length > 0) throw unknownEndpoint(`No endpoint is called ${quoted(wanted)}`, endpoints);
  throw new ProdlensError(
    'PRODLENS_ERR_ENDPOINT_UNKNOWN',
    'No endpoint has data in this window: ask with a longer window, or look with overview what reports at all',
  );
}

/** "GET /orders", or what a job or schedule is called. */
export function endpointName({ method, route }: { method: string; route: string }): string {
  return method === '' ? route : `${method} ${route}`;
}

/** "GET /orders/42" is a call of "GET /orders/:id". */
function isPathOf(path: string, { method, route }: EndpointStats): boolean {
  const [verb, wanted] = /^[a-z]+ \//.test(path) ? path.split(/ (.*)/s) : ['', path];
  if (verb !== '' && verb !== method.toLowerCase()) return false;
  const [asked, known] = [wanted!.split('/'), route.toLowerCase().split('/')];
  return asked.length === known.length && known.every((part, i) => /^[:[{*]/.test(part) || part === asked[i]);
}

function unknownEndpoint(what: string, endpoints: EndpointStats[]): ProdlensError {
  const some = endpoints.slice(0, CANDIDATES).map((e) => `${endpointName(e)} in ${e.service} (id ${e.id})`);
  return new ProdlensError(
    'PRODLENS_ERR_ENDPOINT_UNKNOWN',
    `${what}; ask for one of these: ${[...new Set(some)].join('; ')}`,
  );
}

/** The two versions to hold side by side: those named, or the current one and the one before it. */
export async function findVersions(
  input: { service: string; environment?: string | undefined; from?: string | undefined; to?: string | undefined },
  agent: Agent,
): Promise<{ from: string; to: string; environment: string; deployment: DeploymentSummary }> {
  const all = await agent.query.deployments(agent.alerts.book.notes());
  const ofService = all.filter((d) => d.service === input.service);
  // Numbers of two environments are never added up: without a word it is the one that was deployed to last.
  const environment = input.environment ?? ofService[0]?.environment ?? '';
  const own = ofService.filter((d) => d.environment === environment);
  if (own.length === 0) {
    throw versionUnknown(
      `Nothing is known of the service ${quoted(input.service)}; there are: ${listed(all.map((d) => d.service))}`,
    );
  }
  const versions = [...new Set(own.map((d) => d.version))];
  const to = input.to ?? versions[0]!;
  const from = input.from ?? versions.slice(versions.indexOf(to) + 1)[0];
  const deployment = own.find((d) => d.version === to);
  if (deployment === undefined)
    throw versionUnknown(`No version ${quoted(to)} is known; there are: ${listed(versions)}`);
  if (from === undefined)
    throw versionUnknown(
      `${quoted(to)} is the first version that is known of ${quoted(input.service)}: there is none before it to compare with`,
    );
  return { from, to, environment, deployment };
}

/** Without what is undefined, as filters want it. */
export function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as never;
}

function listed(names: string[]): string {
  const unique = [...new Set(names)];
  const shown = unique
    .slice(0, CANDIDATES)
    .map((one) => quoted(one))
    .join(', ');
  return unique.length > CANDIDATES ? `${shown} and ${unique.length - CANDIDATES} more` : shown || 'none';
}

function unknownFunction(message: string): ProdlensError {
  return new ProdlensError('PRODLENS_ERR_FUNCTION_UNKNOWN', message);
}

function versionUnknown(message: string): ProdlensError {
  return new ProdlensError('PRODLENS_ERR_VERSION_UNKNOWN', message);
}
