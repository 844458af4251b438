// Starts the sensor once in a process or worker thread and holds its life. Nothing here throws into the program.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { debuglog } from 'node:util';
import { workerData } from 'node:worker_threads';
import { SENSOR_PROTOCOL, type SensorHello } from '@prodlens/protocol';
import { guarded, wait } from './clock.js';
import { Connection } from './connection.js';
import { restoreFunctionText } from './function-text.js';
import { installLoader, isLoaderThread } from './loader.js';
import { IdAllocator, Registry } from './registry.js';
import { Reporter } from './reporter.js';
import { startRuntime } from './runtime.js';
import { readSettings, type SensorOptions, type Settings } from './settings.js';
import { TICKER_THREAD } from './ticker.js';
import { VERSION } from './version.js';

const debug = debuglog('prodlens');
/** One sensor a thread, also where two copies of this package are loaded. */
const STARTED = Symbol.for('prodlens.sensor');
const FLUSH_TIMEOUT_MS = 5_000;

interface Sensor {
  reporter: Reporter;
  stop(): void;
}

/**
 * Starts the sensor: every module loaded from now on is measured. Without effect where it already runs, where
 * PRODLENS_ENABLED is false, or where the program is a tool (npm, tsc, …) and not the service.
 */
export function init(options: SensorOptions = {}): void {
  try {
    if (STARTED in globalThis || workerData?.thread === TICKER_THREAD || isLoaderThread()) return;
    const settings = readSettings(options, process.env, process.argv[1] ?? '', process.cwd());
    if (!settings.enabled) return;
    Object.defineProperty(globalThis, STARTED, { value: start(settings), enumerable: false });
  } catch (error) {
    debug('not started: %s', (error as Error).stack);
  }
}

/**
 * Resolves when all that was counted until now is durable at the collector, or after 5 seconds. Until then the
 * process stays alive: whoever awaits this wants it to.
 */
export async function flush(): Promise<void> {
  const sensor = running();
  if (!sensor) return;
  const limit = wait(FLUSH_TIMEOUT_MS);
  await Promise.race([sensor.reporter.flushed(), limit.done]);
  limit.cancel();
}

/** Flushes, then ends the reports. Code that was instrumented goes on counting, without effect. */
export async function shutdown(): Promise<void> {
  await flush();
  running()?.stop();
}

function running(): Sensor | undefined {
  return (globalThis as { [STARTED]?: Sensor })[STARTED];
}

function start(settings: Settings): Sensor {
  const registry = new Registry(settings.root, settings.sourceMaps);
  const runtime = startRuntime();
  restoreFunctionText();
  const { root, include, exclude } = settings;
  const sensorFolder = dirname(fileURLToPath(import.meta.url)) + sep;
  const loader = installLoader({ root, include, exclude, sensorFolder }, new IdAllocator(), (m) => registry.add(m));
  const reporter = new Reporter(runtime, registry, () => loader.drain());
  const connection = new Connection(settings.url, settings.token, hello(settings), reporter);
  reporter.start(connection);
  process.once(
    'exit',
    guarded(() => reporter.takeLastWindow()),
  );
  return {
    reporter,
    stop: () => {
      connection.close();
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
