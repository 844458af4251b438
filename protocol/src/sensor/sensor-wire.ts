// What a sensor and the collector say to each other over /v1/sensor: MessagePack values, one a WebSocket frame.
// This file holds the shapes, sensor-decoders.ts the checks of a received value; packing is left to the two ends.
//
// A session: the sensor says hello; the collector answers welcome (or error, and closes); the sensor names the
// functions and endpoints that it will report (functions, endpoints), then sends windows; each window is acknowledged once it is durable.
// `configure` comes whenever the collector's settings for this service change, first right behind the welcome.
// A window that was sent is sent again unchanged, under the same sequence, until it is acknowledged; (instance,
// sequence) makes the repeat harmless. A snapshot (snapshot.ts) goes between windows, and is answered by its id. Ages are used instead of timestamps, so no clock has to be trusted.

import type { FunctionPlace } from '../function-place.js';
import type { CaptureMode, CollectorSnapshotAck, SensorSnapshot } from '../snapshot/snapshot.js';
import type { FunctionTotals } from '../totals/function-totals.js';
import type { EndpointFunctionWindow, EndpointWindow, SensorEndpoints } from './endpoint-wire.js';
import type { SlowEndpoint, SlowThreshold } from './slow-threshold.js';

export const SENSOR_PROTOCOL = 1;

/** Limits that the decoder enforces; a sensor splits what is larger. */
export const SENSOR_LIMITS = {
  /** Bytes of one frame. */
  frameBytes: 8 * 1024 * 1024,
  /** Functions in one `functions` message, rows in one window. */
  rows: 65_536,
  /** Edges in one window. */
  edges: 65_536,
  /** UTF-16 units of one string. */
  stringLength: 4_096,
  fingerprintLength: 256,
} as const;

export interface SensorHello {
  type: 'hello';
  protocol: number;
  sensorVersion: string;
  /** service.name */
  service: string;
  /** deployment.environment.name */
  environment: string;
  /** service.version */
  version: string;
  /** vcs.ref.head.revision; '' when unknown */
  revision: string;
  /** service.instance.id: a UUID for each process or worker thread */
  instance: string;
  /** Name in the package.json of the service; '' when it has none. Editors find the service's folder by it. */
  packageName: string;
  /** Absolute path of the service's root folder where it runs. Files of the service are relative to it. */
  root: string;
  /** process.runtime.name and version, e.g. "node 20.20.2" */
  runtime: string;
  host: string;
  pid: number;
}

export interface SensorFunction extends FunctionPlace {
  /** Number by which this instance's windows name the function. */
  id: number;
  /** What its text is, as syntax/ packs it; named again with it where the collector asks for fingerprints. */
  fingerprint?: string;
}

export interface SensorFunctions {
  type: 'functions';
  functions: SensorFunction[];
}

/** What one function did in one window. */
export interface FunctionWindow extends FunctionTotals {
  id: number;
}

/** Calls of one function from another, in one window. Estimated from a sample where the callee is hot. */
export interface EdgeWindow {
  /** The nearest timed function that was running when the callee was called. */
  caller: number;
  callee: number;
  calls: number;
  /** Sum of the durations of those calls. */
  sumNs: number;
}

/** A file of the service that runs unmeasured. */
export interface LeftOutFile {
  /** As FunctionPlace.file, of the text that runs: no source map is asked. */
  file: string;
  /** As in SensorFacts.skipped. */
  reason: string;
}

export const LEFT_OUT_FILES = 100;

/** What the sensor did with the program's code, since the process started, and what it costs. */
export interface SensorFacts {
  functions: number;
  modules: number;
  /** Modules loaded as they were, by reason. */
  skipped: Record<string, number>;
  /** The service's own among them, at most LEFT_OUT_FILES. Missing from sensors that do not tell. */
  leftOut?: LeftOutFile[];
  /** Windows merged into another because the collector was away. */
  mergedWindows: number;
  /** Windows that the collector refused for good; their numbers are lost. */
  droppedWindows: number;
  /** Durations that found no room and were left out; calls and errors are counted all the same. */
  droppedSamples: number;
  /** Edges left out because there were too many in a window. */
  droppedEdges: number;
  /** Requests, jobs and runs that were not followed because too many were under way, and events of those that were. */
  droppedFlows: number;
  droppedFlowEvents: number;
  /** Endpoints' durations of functions that found no room. */
  droppedEndpointFunctions: number;
  /** Libraries in which what the sensor looks for stands otherwise: files, by library. */
  unknownLibraries: Record<string, number>;
  /** How much the sensor has given up to cost less, 0 (nothing) to 4: docs/cost.md lists the levels. */
  shedLevel: number;
  /** False while the collector has measuring switched off. */
  measuring: boolean;
  /** Processor time of the sensor's own threads since the process started, in ms. */
  sensorCpuMs: number;
  /** Estimate of the processor time that measuring cost the program's thread since it started, in ms. */
  inlineCpuMs: number;
  /** Memory that the sensor holds for itself: its threads' heaps and its counters. */
  sensorBytes: number;
  /** Missing from sensors that know no captures. */
  capture?: CaptureFacts;
}

/** What became of captures since the process started. */
export interface CaptureFacts {
  mode: CaptureMode;
  /** Why nothing is captured though it was asked for; null where all is well. */
  fault: string | null;
  taken: number;
  /** Not taken: beyond the budget. */
  suppressed: number;
  /** Lost: no room while the collector was away. */
  dropped: number;
  /** Not kept by the collector, because something in them looked like a secret; and why the last one was not. */
  refused: number;
  refusal: string | null;
}

/** The process in which the window was taken. */
export interface ProcessWindow {
  /** Processor time of all threads within the window, in ms. */
  cpuMs: number;
  /** Resident set size, and the heap in use of the program's thread, at the end of the window. */
  rssBytes: number;
  heapUsedBytes: number;
  /** Share of the window in which the event loop was busy, 0 to 1. */
  eventLoopUtilization: number;
  /** How late the event loop took up a timer, in ns. */
  eventLoopDelayP50Ns: number;
  eventLoopDelayP99Ns: number;
  eventLoopDelayMaxNs: number;
  /** Collections of garbage within the window, and the time that they held the program's thread. */
  gcCount: number;
  gcMs: number;
}

export interface SensorWindow {
  type: 'window';
  /** 1, 2, 3 … for each instance. */
  sequence: number;
  /** Milliseconds from the end of the window to the moment of sending, by the monotonic clock. */
  ageMs: number;
  durationMs: number;
  rows: FunctionWindow[];
  edges: EdgeWindow[];
  /** None from a sensor that does not know of them. */
  endpoints: EndpointWindow[];
  endpointFunctions: EndpointFunctionWindow[];
  facts: SensorFacts;
  process: ProcessWindow;
}

export type SensorMessage = SensorHello | SensorFunctions | SensorEndpoints | SensorWindow | SensorSnapshot;

export interface CollectorWelcome {
  type: 'welcome';
  protocol: number;
  collectorVersion: string;
  /** The highest sequence of this instance that is durable; 0 when none. */
  lastSequence: number;
}
export interface CollectorAck {
  type: 'ack';
  sequence: number;
}
export interface CollectorError {
  type: 'error';
  /** PRODLENS_ERR_… */
  code: string;
  message: string;
}
/** What this service's sensors are to do. */
export interface CollectorConfigure {
  type: 'configure';
  /** False: measure nothing until told otherwise. */
  measuring: boolean;
  /** In place of all before; missing: as before. */
  thresholds?: SlowThreshold[];
  /** True where no instance has told of this version what the texts of its functions are. */
  fingerprints?: boolean;
  endpointThresholds?: SlowEndpoint[];
}
export type CollectorToSensor =
  | CollectorWelcome
  | CollectorConfigure
  | CollectorAck
  | CollectorSnapshotAck
  | CollectorError;
