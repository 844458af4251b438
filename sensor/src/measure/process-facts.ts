// What the process did in a window, from counters that Node and the system keep anyway. Two things are kept for it:
// the histogram of the event loop's delay, which Node fills from a timer of its own in native code, and an observer
// of garbage collections, which gets an entry for each. Neither keeps the process alive, and neither is in the
// performance timeline that the program reads. Both may be missing (a runtime without them): then they stay 0.
//
// The delay is looked at 20 times a second. An idle process is woken for it, which takes a thousandth of a processor;
// twice a second as often costs twice as much.

import { monitorEventLoopDelay, PerformanceObserver, performance } from 'node:perf_hooks';
import { debuglog } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { ProcessWindow } from '@prodlens/protocol';

const debug = debuglog('prodlens');
const DELAY_RESOLUTION_MS = 50;

export interface ProcessFacts {
  /** Of the window that ends now. Never throws; what cannot be read is 0. */
  take(): ProcessWindow;
  stop(): void;
}

type Delay = Pick<ProcessWindow, 'eventLoopDelayP50Ns' | 'eventLoopDelayP99Ns' | 'eventLoopDelayMaxNs'>;
type Collections = Pick<ProcessWindow, 'gcCount' | 'gcMs'>;

/** A part of the facts that is kept from window to window. */
interface Kept<T> {
  take(): T;
  stop(): void;
}

/** In the program's thread. Processor time and resident memory are the process's, the rest is the thread's. */
export function startProcessFacts(): ProcessFacts {
  const noDelay = { eventLoopDelayP50Ns: 0, eventLoopDelayP99Ns: 0, eventLoopDelayMaxNs: 0 };
  const delay = orNothing<Kept<Delay>>(keepDelay, { take: () => noDelay, stop: () => {} });
  const none = { gcCount: 0, gcMs: 0 };
  const collections = orNothing<Kept<Collections>>(keepCollections, { take: () => none, stop: () => {} });
  // The program may put its own functions in their place later.
  const { cpuUsage } = process;
  const rss = process.memoryUsage.rss;
  const loop = performance.eventLoopUtilization.bind(performance);
  let cpu = orNothing(() => cpuUsage(), { user: 0, system: 0 });
  let lastLoop = orNothing(() => loop(), { idle: 0, active: 0, utilization: 0 });

  const cpuMs = () => {
    const before = cpu;
    cpu = cpuUsage();
    return Math.max((cpu.user + cpu.system - before.user - before.system) / 1e3, 0);
  };
  const utilization = () => {
    const before = lastLoop;
    lastLoop = loop();
    return loop(lastLoop, before).utilization || 0;
  };
  return {
    take: () => ({
      cpuMs: orNothing(cpuMs, 0),
      rssBytes: orNothing(rss, 0),
      heapUsedBytes: orNothing(() => getHeapStatistics().used_heap_size, 0),
      eventLoopUtilization: orNothing(utilization, 0),
      ...orNothing(delay.take, noDelay),
      ...orNothing(collections.take, none),
    }),
    stop: () => {
      delay.stop();
      collections.stop();
    },
  };
}

function keepDelay(): Kept<Delay> {
  const histogram = monitorEventLoopDelay({ resolution: DELAY_RESOLUTION_MS });
  histogram.enable();
  // The histogram holds the time from one look to the next, which is the resolution when nothing is late.
  const late = (ns: number) => Math.max(ns - DELAY_RESOLUTION_MS * 1e6, 0);
  return {
    take: () => {
      const delay = {
        eventLoopDelayP50Ns: late(histogram.percentile(50)),
        eventLoopDelayP99Ns: late(histogram.percentile(99)),
        eventLoopDelayMaxNs: late(histogram.max),
      };
      histogram.reset();
      return delay;
    },
    stop: () => void histogram.disable(),
  };
}

function keepCollections(): Kept<Collections> {
  let gcCount = 0;
  let gcMs = 0;
  const count = (entries: { duration: number }[]) => {
    for (const { duration } of entries) {
      gcCount++;
      gcMs += duration;
    }
  };
  const observer = new PerformanceObserver((list) => count(list.getEntries()));
  observer.observe({ entryTypes: ['gc'] });
  return {
    take: () => {
      count(observer.takeRecords());
      const taken = { gcCount, gcMs };
      gcCount = 0;
      gcMs = 0;
      return taken;
    },
    stop: () => observer.disconnect(),
  };
}

function orNothing<T>(read: () => T, nothing: T): T {
  try {
    return read();
  } catch (error) {
    debug('%s', (error as Error).stack);
    return nothing;
  }
}
