// What the program's thread tells the reporter's, and what that answers.

import type { MessagePort } from 'node:worker_threads';
import type { ProcessWindow, SensorEndpoint, SensorFacts, SensorHello } from '@prodlens/protocol';
import type { CapturePolicy } from '../capture/capture-policy.js';
import type { RawSnapshot } from '../capture/raw-snapshot.js';
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
  capture: CapturePolicy;
  /** Values that are secret wherever they turn up: of the environment. */
  secrets: string[];
  /** For `prodlens redaction try --live`: what there was before redaction goes with it, on this machine. */
  showsUnredacted: boolean;
  /** What the loader's thread has to tell (Node 20); null where modules are loaded in the program's thread. */
  loaderPort: MessagePort | null;
}

/** What the program's thread knows of a window that ends. */
export interface EndedWindow {
  process: ProcessWindow;
  /** A CpuProfile (cpu-profile.ts) as JSON; null where no profiler ran. */
  profile: string | null;
  flows: FlowFacts;
}

export type FlowFacts = Pick<SensorFacts, 'droppedFlows' | 'droppedFlowEvents'>;

export type ToReporter =
  | { type: 'module'; module: LoadedModule | SkippedModule }
  | { type: 'endpoint'; endpoint: SensorEndpoint }
  /** A file of a library in which what is looked for was not found. */
  | { type: 'unknownLibrary'; name: string }
  /** A module was instrumented anew: its record for the cache. */
  | { type: 'cache'; record: Uint8Array }
  | ({ type: 'window' } & EndedWindow)
  /** The same, and `flushed` is to be answered once all until now is durable at the collector. */
  | ({ type: 'flush'; request: number } & EndedWindow)
  /** The process ends: the last window, then CONTROL.ended. */
  | ({ type: 'end' } & EndedWindow)
  /** Something went wrong: what was captured of it. */
  | { type: 'snapshot'; snapshot: RawSnapshot }
  /** No more reports. */
  | { type: 'stop' };

export interface FromReporter {
  type: 'flushed';
  request: number;
}
