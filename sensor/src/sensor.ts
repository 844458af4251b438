// Starts the sensor once in a process or worker thread and holds its life. Nothing here throws into the program.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { debuglog } from 'node:util';
import { MessageChannel, workerData } from 'node:worker_threads';
import { SENSOR_PROTOCOL, type SensorHello } from '@prodlens/protocol';
import { environmentSecrets, readCapturePolicy } from './capture/capture-policy.js';
import { startTriggers } from './capture/triggers.js';
import { currentFlow } from './flow/current-flow.js';
import { startFlows } from './flow/start-flows.js';
import { cacheFileOf } from './load/code-cache.js';
import { restoreFunctionText } from './load/function-text.js';
import { insertedColumns } from './load/inserted-columns.js';
import { installLoader, isLoaderThread } from './load/loader.js';
import { type ReadStack, restoreStackTraces } from './load/stack-trace.js';
import { guarded } from './measure/clock.js';
import { CONTROL, createCounters, FLAG } from './measure/counters.js';
import { startCpuProfiler } from './measure/cpu-profiler.js';
import { startProcessFacts } from './measure/process-facts.js';
import { startRuntime } from './measure/runtime.js';
import { createSampleRing } from './measure/sample-ring.js';
import { SENSOR_THREAD } from './measure/ticker.js';
import { unnoticed } from './measure/unnoticed.js';
import { acceptBundledModules } from './plugins/register-modules.js';
import { type ReporterLink, startReporter } from './reporter-link.js';
import { type SensorOptions, type Settings, threadSettings } from './settings.js';
import { VERSION } from './version.js';

const debug = debuglog('prodlens');
/** One sensor a thread, also where two copies of this package are loaded. */
const STARTED = Symbol.for('prodlens.sensor');

/**
 * Starts the sensor: every module loaded from now on is measured. Without effect where it already runs, where
 * PRODLENS_ENABLED is false, or where the program is a tool (npm, tsc, …) and not the service.
 */
export function init(options: SensorOptions = {}): void {
  try {
    if (STARTED in globalThis || workerData?.thread === SENSOR_THREAD || isLoaderThread()) return;
    const settings = threadSettings(options);
    if (!settings.enabled) return;
    Object.defineProperty(globalThis, STARTED, { value: unnoticed(() => start(settings)), enumerable: false });
  } catch (error) {
    debug('not started: %s', (error as Error).stack);
  }
}

/**
 * Resolves when all that was counted until now is durable at the collector, or after 5 seconds. Until then the
 * process stays alive: whoever awaits this wants it to.
 */
export async function flush(): Promise<void> {
  await running()?.flush();
}

/** Flushes, then ends the reports. Code that was instrumented goes on counting, without effect. */
export async function shutdown(): Promise<void> {
  await flush();
  running()?.stop();
}

interface Running extends Pick<ReporterLink, 'flush' | 'stop'> {
  setFailure(error: unknown): void;
}

/**
 * Says something about the request, job or timer run that the running code belongs to: a customer's plan, a tenant. It goes
 * with what is captured when something goes wrong there, redacted as all else. Without effect outside of any.
 */
export function setContext(attributes: Record<string, unknown>): void {
  const flow = currentFlow();
  if (flow) flow.attributes = { ...flow.attributes, ...attributes };
}

/** Says that the request, job or timer run failed, though it may answer as if all was well: it is captured as one that did. */
export function setFailure(error: unknown): void {
  running()?.setFailure(error);
}

function running(): Running | undefined {
  return (globalThis as { [STARTED]?: Running })[STARTED];
}

function start(settings: Settings): Running {
  const { root, sourceMaps, url, token } = settings;
  const counters = createCounters();
  const ring = createSampleRing();
  const cacheFile = cacheFileOf(settings.cache, root);
  const { port1: loaderPort, port2: loaderToReporter } = new MessageChannel();
  restoreFunctionText();
  const runtime = startRuntime(counters, ring);
  const facts = startProcessFacts();
  const thread = SENSOR_THREAD;
  const capture = readCapturePolicy(root, settings.capture);
  const secrets = environmentSecrets(process.env);
  const data = {
    thread,
    counters,
    ring,
    hello: hello(settings),
    url,
    token,
    root,
    sourceMaps,
    cacheFile,
    loaderPort,
    capture,
    secrets,
    showsUnredacted: settings.showUnredacted,
  };
  const startProfiler = () => startCpuProfiler(settings.cpuProfile);
  const link = startReporter(data, { runtime, facts, startProfiler });
  const startFollowing = () =>
    startFlows(runtime.put, (endpoint) => link.tell({ type: 'endpoint', endpoint }), {
      logs: settings.logs,
      isOwn: (id) => (counters.flags[id]! & FLAG.package) === 0,
    });
  if (settings.flows) guarded(startFollowing)();
  const sensorFolder = dirname(fileURLToPath(import.meta.url)) + sep;
  const transform = { ...settings, sensorFolder, cacheFile };
  const columns = insertedColumns(() => loader.drain());
  let readStack: ReadStack = () => null;
  const ownThread = {
    toReporter: loaderToReporter,
    tickerThread: runtime.tickerThread,
    readStack: (error: object) => readStack(error),
  };
  const loader = installLoader(transform, counters, ownThread, { tell: link.tell, columns: columns.add });
  const sensorUrl = pathToFileURL(sensorFolder).href;
  const isOwnFrame = (file: string) => file.startsWith(sensorFolder) || file.startsWith(sensorUrl);
  guarded(() => {
    readStack = restoreStackTraces(columns.of, isOwnFrame);
  })();
  const { control, slowEndpointMs } = counters;
  const triggers =
    capture.mode === 'off'
      ? null
      : startTriggers({
          readStack,
          isOn: () => control[CONTROL.measuring] === 1,
          slowEndpointMs: (endpoint) => slowEndpointMs[endpoint] ?? 0,
          tell: (snapshot) => link.tell({ type: 'snapshot', snapshot }),
          suppressed: (count) => {
            control[CONTROL.suppressedCaptures] = count;
          },
        });
  acceptBundledModules(transform, counters, link);
  process.once('exit', guarded(link.end));
  return {
    flush: link.flush,
    setFailure: (error) => triggers?.failure(error),
    stop: () => {
      triggers?.stop();
      link.stop();
      counters.control[CONTROL.measuring] = 0;
      facts.stop();
      runtime.stop();
    },
  };
}

function hello(settings: Settings): SensorHello {
  const { service, environment, version, revision, packageName, root } = settings;
  return {
    type: 'hello',
    protocol: SENSOR_PROTOCOL,
    sensorVersion: VERSION,
    service,
    environment,
    version,
    revision,
    packageName,
    root,
    instance: randomUUID(),
    runtime: `node ${process.versions.node}`,
    host: hostname(),
    pid: process.pid,
  };
}
