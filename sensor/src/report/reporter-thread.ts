// The reporter's own thread: reads what the program's thread counted, and talks to the collector. It never keeps the
// process alive, and what goes wrong in it stays in it.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { withTimerName } from '../flow/beginnings/timer-route.js';
import { after, guarded } from '../measure/clock.js';
import { CONTROL } from '../measure/counters.js';
import { CacheWriter, touch } from './cache-writer.js';
import { Connection } from './connection.js';
import { FingerprintReading } from './fingerprints.js';
import type { EndedWindow, FromReporter, ReporterData, ToReporter } from './messages.js';
import { Registry } from './registry.js';
import { Reporter } from './reporter.js';
import { endpointKey, functionKey, SlowCalls } from './slow-calls.js';
import { SnapshotSender } from './snapshot-sender.js';

/** How often durations are taken out of the ring: often while there are many, for it holds 32,768. */
const BUSY_READ_MS = 50;
const IDLE_READ_MS = 500;
const MANY = 1_000;
/** When a program has loaded what it loads at the start, and has told of it. */
const FINGERPRINTS_AFTER_MS = 5_000;
/** Texts are written once the program has loaded what it loads at the start. */
const CACHE_WRITE_MS = 3_000;

const {
  counters,
  ring,
  hello,
  url,
  token,
  root,
  sourceMaps,
  cacheFile,
  loaderPort,
  capture,
  secrets,
  showsUnredacted,
} = workerData as ReporterData;
const registry = new Registry(root, sourceMaps);
let eventLoopDelayP99Ns: number | null = null;
const snapshots = new SnapshotSender({
  ...{ registry, counters, capture, secrets, withBefore: showsUnredacted },
  eventLoopDelayP99Ns: () => eventLoopDelayP99Ns,
  nameFunctions: () => reporter.nameLoaded(),
});
const reporter = new Reporter(counters, ring, registry, () => snapshots.facts());
const slowFunctions = new SlowCalls(counters.slowMs, functionKey);
const slowEndpoints = new SlowCalls(counters.slowEndpointMs, endpointKey);
const fingerprints = new FingerprintReading(registry, (functions) => {
  if (connection.isReady) connection.send({ type: 'functions', functions });
  return connection.isReady;
});
const cache = cacheFile === null ? null : new CacheWriter(cacheFile);
if (cacheFile !== null) touch(cacheFile);
const connection = new Connection(url, token, hello, {
  welcomed(lastSequence) {
    reporter.welcomed(lastSequence);
    snapshots.welcomed();
  },
  configured({ measuring, thresholds, endpointThresholds, fingerprints: wanted }) {
    reporter.configured(measuring);
    if (thresholds) slowFunctions.configured(thresholds.map((one) => [one.function, one.slowNs]));
    if (endpointThresholds) slowEndpoints.configured(endpointThresholds.map((one) => [one.endpoint, one.slowNs]));
    applyThresholds();
    if (wanted) after(FINGERPRINTS_AFTER_MS, () => fingerprints.start());
  },
  acknowledged: (sequence) => reporter.acknowledged(sequence),
  snapshotAnswered: (id, refusal) => snapshots.answered(id, refusal),
  refused() {
    reporter.refused();
    snapshots.refused();
  },
});
reporter.start(connection);
snapshots.start(connection);
function applyThresholds(): void {
  slowFunctions.apply(registry.described());
  slowEndpoints.apply(reporter.endpoints);
}
const delivered = () => Promise.all([reporter.delivered(), snapshots.delivered()]);
process.on('uncaughtException', () => {});

function readSamples(): void {
  const count = reporter.readSamples();
  after(count > MANY ? BUSY_READ_MS : IDLE_READ_MS, readSamples);
}
readSamples();

let cacheTimer = false;
function addToCache(record: Uint8Array): void {
  cache?.add(record);
  if (cacheTimer) return;
  cacheTimer = true;
  after(CACHE_WRITE_MS, () => {
    cacheTimer = false;
    cache?.close();
  });
}

/** What the loader's thread has said before a window is taken counts for it. */
function drainLoader(): void {
  for (let got = loaderPort && receiveMessageOnPort(loaderPort); got; got = receiveMessageOnPort(loaderPort!)) {
    handle(got.message);
  }
}

function takeWindow({ process, profile, flows }: EndedWindow): void {
  drainLoader();
  eventLoopDelayP99Ns = process.eventLoopDelayP99Ns;
  reporter.takeWindow(process, profile, flows);
  applyThresholds();
}

function handle(message: ToReporter): void {
  switch (message.type) {
    case 'module':
      if ('skipped' in message.module) registry.addSkipped(message.module);
      else registry.add(message.module);
      return;
    case 'endpoint':
      drainLoader();
      reporter.nameEndpoint(withTimerName(message.endpoint, registry));
      return;
    case 'unknownLibrary':
      registry.addUnknownLibrary(message.name);
      return;
    case 'cache':
      addToCache(message.record);
      return;
    case 'window':
      takeWindow(message);
      return;
    case 'flush':
      takeWindow(message);
      void delivered().then(() => answer({ type: 'flushed', request: message.request }));
      return;
    case 'end':
      takeWindow(message);
      cache?.close();
      void Promise.race([delivered(), connection.away()]).then(end);
      return;
    case 'snapshot':
      drainLoader();
      snapshots.take(message.snapshot);
      return;
    case 'stop':
      cache?.close();
      connection.close();
  }
}

function answer(message: FromReporter): void {
  parentPort!.postMessage(message);
}

/** Wakes the program's thread, which waits for the last window to be delivered. */
function end(): void {
  Atomics.store(counters.control, CONTROL.ended, 1);
  Atomics.notify(counters.control, CONTROL.ended);
}

parentPort!.on('message', (messages: ToReporter[]) => messages.forEach(guarded(handle)));
loaderPort?.on('message', guarded(handle));
