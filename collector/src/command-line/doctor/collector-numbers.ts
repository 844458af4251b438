// Whether the collector answers, lets this person read and a sensor send, and what it has heard of the service.

import type { FunctionStats, SensorSummary } from '@prodlens/protocol';
import { WebSocket } from 'ws';
import { ProdlensError } from '../../errors.js';
import type { ServiceSummary } from '../../query/query.js';
import { askCollector, type CollectorAddress, RefusedError } from '../collector-request.js';
import { broken, type Finding, good, unsure } from './finding.js';

const LINK = 'Collector';
const NUMBERS = 'Numbers';
/** A sensor sends every ten seconds. */
const SILENT_MS = 60_000;
const DOOR_MS = 10_000;
const FUNCTIONS = 200;

/** `service` as the collector knows it; null where it knows none of that name, or cannot be asked. */
export interface Heard {
  findings: Finding[];
  service: ServiceSummary | null;
}

/** Whether the collector answers and knows the service. A collector that does not answer is a finding, not an error. */
export async function askForService(address: CollectorAddress, name: string): Promise<Heard> {
  let services: ServiceSummary[];
  try {
    ({ services } = await askCollector<{ services: ServiceSummary[] }>(address, 'GET', '/api/v1/services'));
  } catch (error) {
    return { findings: [unanswered(error, address)], service: null };
  }
  const findings = [good(LINK, `The collector at ${address.url} answers, and gives numbers to read.`)];
  const service = services.find((one) => one.service === name) ?? null;
  if (service === null) findings.push(await sensorAdmission(address), unknownService(name, services));
  return { findings, service };
}

function unanswered(error: unknown, { url, token }: CollectorAddress): Finding {
  if (error instanceof RefusedError) {
    const whose = token ? 'The token given' : 'Without a token it';
    const remedy = 'Where the collector runs: prodlens token create --scope read; then give it by --token.';
    if (/TOKEN/.test(error.code)) {
      return broken(
        LINK,
        `The collector at ${url} answers, but not to you. ${whose} is refused: ${error.message}.`,
        remedy,
      );
    }
    return broken(LINK, `The collector at ${url} refuses: ${error.message}.`, 'Its own log says more.');
  }
  if (!(error instanceof ProdlensError)) throw error;
  const remedy =
    'Start one with prodlens up, or say where it is: --url, or PRODLENS_URL for this program and the service.';
  return broken(LINK, `${error.message}.`, remedy);
}

function unknownService(name: string, services: ServiceSummary[]): Finding {
  const known = services.map(({ service }) => service).join(', ');
  return broken(
    NUMBERS,
    `No sensor of "${name}" has reported to it${known === '' ? ', nor of any other service' : `; it knows ${known}`}.`,
    'Start the service with NODE_DEBUG=prodlens, which says what keeps its sensor from reporting. PRODLENS_URL and ' +
      'PRODLENS_TOKEN are its settings. Where it reports under another name, give that by --service.',
  );
}

/** Whether a sensor with this token would be let in; it says nothing there. */
async function sensorAdmission({ url, token }: CollectorAddress): Promise<Finding> {
  const link = 'Sensor’s token';
  const socket = new WebSocket(`${url.replace(/^http/, 'ws').replace(/\/+$/, '')}/v1/sensor`, {
    headers: token ? { authorization: `Bearer ${token.trim()}` } : {},
    handshakeTimeout: DOOR_MS,
  });
  return new Promise((resolve) => {
    const done = (finding: Finding) => {
      socket.terminate();
      resolve(finding);
    };
    socket.once('open', () => done(good(link, 'A sensor is let in with the same token, or without one.')));
    socket.once('unexpected-response', (_request, { statusCode }) => {
      const text = `A sensor with this token is not let in (status ${statusCode}).`;
      const remedy = 'Services need one of their own: prodlens token create --scope ingest, as PRODLENS_TOKEN.';
      done(unsure(link, text, remedy));
    });
    socket.once('error', (error) =>
      done(broken(link, `No sensor is let in: ${error.message}.`, 'A proxy must let WebSockets through.')),
    );
  });
}

/** Whether a sensor reports now, measures, and which own file of the service has most time in its functions. */
export async function askForNumbers(
  address: CollectorAddress,
  { service, environments }: ServiceSummary,
): Promise<{ findings: Finding[]; busiestFile: string | null }> {
  const query = `service=${encodeURIComponent(service)}&window=1h`;
  const [{ sensors }, { functions }] = await Promise.all([
    askCollector<{ sensors: SensorSummary[] }>(address, 'GET', `/api/v1/sensors?${query}`),
    askCollector<{ functions: FunctionStats[] }>(
      address,
      'GET',
      `/api/v1/functions?${query}&sort=totalNs&limit=${FUNCTIONS}`,
    ),
  ]);
  const findings = [reporting(service, environments, sensors)];
  if (findings[0]?.state !== 'good') return { findings, busiestFile: null };
  const own = functions.filter((one) => one.package === null && one.calls > 0);
  if (own.length > 0) {
    const busiest = own[0]!;
    findings.push(
      good(NUMBERS, `Functions of its own have numbers, most time of all ${busiest.name} in ${busiest.file}.`),
    );
    return { findings, busiestFile: busiest.file };
  }
  const why = sensors.flatMap(({ skipped }) => Object.keys(skipped ?? {}));
  const leftOut = why.length > 0 ? ` Modules are left out: ${[...new Set(why)].join(', ')}.` : '';
  const text = `In the last hour no function of its own was called.${leftOut}`;
  findings.push(
    broken(NUMBERS, text, 'Let it do some work. PRODLENS_INCLUDE and PRODLENS_EXCLUDE choose what is measured.'),
  );
  return { findings, busiestFile: null };
}

function reporting(service: string, environments: string[], sensors: SensorSummary[]): Finding {
  const last = sensors.reduce<SensorSummary | null>(
    (best, one) => (best === null || one.lastSeenUnixMs > best.lastSeenUnixMs ? one : best),
    null,
  );
  if (last === null) {
    return broken(NUMBERS, `${service} has sent nothing in the last hour.`, 'Start it; numbers come seconds later.');
  }
  if (last.measuring === false) {
    const remedy = `Switch it on: prodlens measuring on --service ${service}`;
    return broken(NUMBERS, `Measuring ${service} is switched off in ${last.environment}.`, remedy);
  }
  const agoMs = Math.max(0, Date.now() - last.lastSeenUnixMs);
  const ago = agoMs < SILENT_MS ? `${Math.round(agoMs / 1_000)} s` : `${Math.round(agoMs / 60_000)} min`;
  const text = `${service} ${last.version} in ${environments.join(', ')} reported ${ago} ago, with ${last.functions ?? 0} functions.`;
  if (agoMs < SILENT_MS) return good(NUMBERS, text);
  const remedy =
    'It runs no longer, or cannot reach the collector: start it with NODE_DEBUG=prodlens, which says which.';
  return broken(NUMBERS, text, remedy);
}
