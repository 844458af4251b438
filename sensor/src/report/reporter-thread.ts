// The reporter's own thread: reads what the program's thread counted, and talks to the collector. It never keeps the
// process alive, and what goes wrong in it stays in it.

import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { after, guarded } from '../measure/clock.js';
import { CONTROL } from '../measure/counters.js';
import { CacheWriter, touch } from './cache-writer.js';
import { Connection } from './connection.js';
import type { EndedWindow, FromReporter, ReporterData, ToReporter } from './messages.js';
import { Registry } from './registry.js';
import { Reporter } from './reporter.js';

/** How often durations are taken out of the ring: often while there are many. */
const BUSY_READ_MS = 50;
const IDLE_READ_MS = 500;
/** Texts are written once the program has loaded what it loads at the start. */
const CACHE_WRITE_MS = 3_000;

const { counters, ring, hello, url, token, root, sourceMaps, cacheFile, loaderPort } = workerData as ReporterData;
const registry = new Registry(root, sourceMaps);
const reporter = new Reporter(counters, ring, registry);
const cache = cacheFile === null ? null : new CacheWriter(cacheFile);
if (cacheFile !== null) touch(cacheFile);
const connection = new Connection(url, token, hello, reporter);
reporter.start(connection);
process.on('uncaughtException', () => {});

function readSamples(): void {
  const count = reporter.readSamples();
  after(count > 0 ? BUSY_READ_MS : IDLE_READ_MS, readSamples);
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

function takeWindow({ process, profile }: EndedWindow): void {
  drainLoader();
  reporter.takeWindow(process, profile);
}

function handle(message: ToReporter): void {
  switch (message.type) {
    case 'module':
      if ('skipped' in message.module) registry.addSkipped(message.module);
      else registry.add(message.module);
      return;
    case 'cache':
      addToCache(message.record);
      return;
    case 'window':
      takeWindow(message);
      return;
    case 'flush':
      takeWindow(message);
      void reporter.delivered().then(() => answer({ type: 'flushed', request: message.request }));
      return;
    case 'end':
      takeWindow(message);
      cache?.close();
      void Promise.race([reporter.delivered(), connection.away()]).then(end);
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
