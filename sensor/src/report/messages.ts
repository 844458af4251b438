// What the program's thread tells the reporter's, and what that answers.

import type { MessagePort } from 'node:worker_threads';
import type { ProcessWindow, SensorHello } from '@prodlens/protocol';
import type { Counters } from '../measure/counters.js';
import type { SampleRing } from '../measure/sample-ring.js';
import type { LoadedModule, SkippedModule } from './loaded-module.js';

/** Given to the reporter's thread when it starts. */
export interface ReporterData {
  /** Marks a thread of the sensor's own. */
  thread: string;
  counters: Counters;
  ring: SampleRing;
  hello: SensorHello;
  url: string;
  token: string;
  root: string;
  sourceMaps: boolean;
  /** File that holds instrumented texts for the next start; null without a cache. */
  cacheFile: string | null;
  /** What the loader's thread has to tell (Node 20); null where modules are loaded in the program's thread. */
  loaderPort: MessagePort | null;
}

/** What the program's thread knows of a window that ends. */
export interface EndedWindow {
  process: ProcessWindow;
  /** A CpuProfile (cpu-profile.ts) as JSON; null where no profiler ran. */
  profile: string | null;
}

export type ToReporter =
  | { type: 'module'; module: LoadedModule | SkippedModule }
  /** A module was instrumented anew: its record for the cache. */
  | { type: 'cache'; record: Uint8Array }
  | ({ type: 'window' } & EndedWindow)
  /** The same, and `flushed` is to be answered once all until now is durable at the collector. */
  | ({ type: 'flush'; request: number } & EndedWindow)
  /** The process ends: the last window, then CONTROL.ended. */
  | ({ type: 'end' } & EndedWindow)
  /** No more reports. */
  | { type: 'stop' };

export interface FromReporter {
  type: 'flushed';
  request: number;
}
