// What the rest of the collector asks of a store: names in, numbers in, merged numbers out. It is asynchronous
// because a distributed engine is; the embedded one answers at once. A store merges and remembers; it computes no
// percentile, knows no window such as "the last hour", and decides nothing.
//
// Time is counted in minutes since the Unix epoch. Deployments are ordered by when each last became the current one of
// its service and environment, which a rollback changes; the last of them is the one that runs.

import type {
  FunctionPlace,
  FunctionTotals,
  ProcessWindow,
  SensorFacts,
  SensorFunction,
  SensorHello,
  SensorIdentity,
} from '@prodlens/protocol';

/** A window of one instance, ready to be made durable. */
export interface InstanceWindow {
  instance: string;
  deploymentId: number;
  sequence: number;
  /** By the collector's clock. The window counts for the minute of its end. */
  startUnixMs: number;
  endUnixMs: number;
  receivedUnixMs: number;
  rows: Array<{ functionId: number; fileId: number; totals: FunctionTotals }>;
  /** Calls of one function from another. */
  edges: Array<{ callerId: number; calleeId: number; calls: number; sumNs: number }>;
  facts: SensorFacts;
  process: ProcessWindow;
}

/** The last window of an instance. */
export interface LatestWindow {
  durationMs: number;
  /** What the sensor cost within the window; in `facts` it is since the process started. */
  sensorCpuMs: number;
  inlineCpuMs: number;
  facts: SensorFacts;
  process: ProcessWindow;
}

export interface SensorInstance extends SensorIdentity {
  /** null before its first window. */
  latest: LatestWindow | null;
}

/** What an instance reported within one minute: times added up, the highest of what cannot be added. */
export interface InstanceMinute extends ProcessWindow {
  /** Since the Unix epoch. */
  minute: number;
  /** Length of the windows that ended in it. */
  durationMs: number;
  sensorCpuMs: number;
  inlineCpuMs: number;
}

/** Calls of one function from another within a time. */
export interface CallTotals {
  deploymentId: number;
  callerId: number;
  calleeId: number;
  calls: number;
  sumNs: number;
}

/** Whether a service is measured in an environment, as told; the one for the environment counts before that for all. */
export interface MeasuringRule {
  service: string;
  /** null: in all of them. */
  environment: string | null;
  measuring: boolean;
  changedUnixMs: number;
}

export interface StoredSourceMap {
  /** Of the compiled file, relative to the service's root, with "/". */
  file: string;
  /** Opaque to the store. */
  map: Uint8Array;
}

export interface Deployment {
  id: number;
  service: string;
  environment: string;
  version: string;
  revision: string;
  firstSeenUnixMs: number;
  /** When it last became the current one; no two have the same, and it goes up even where the clock went back. */
  currentSinceUnixMs: number;
  /** After now where the clock was ahead when it was seen last. */
  lastSeenUnixMs: number;
}

/** A function as one environment knows it: where the latest of the asked deployments that has it has put it. */
export interface KnownFunction extends FunctionPlace {
  functionId: number;
  fileId: number;
  /** Stable public identity of (service, file, name, ordinal). */
  identity: string;
  service: string;
  environment: string;
  deploymentId: number;
  /** All of the asked deployments that have it, in this environment. */
  deploymentIds: number[];
}

export interface DeploymentTotals {
  deploymentId: number;
  functionId: number;
  fileId: number;
  totals: FunctionTotals;
}

/** From the start of the first to the end of the last window of a deployment that ended in one minute. */
export interface ReportingSpan {
  deploymentId: number;
  fromUnixMs: number;
  toUnixMs: number;
}

/** A place where instances of a service ran, and when the newest of them was first seen. */
export interface ServiceRoot {
  service: string;
  packageName: string;
  root: string;
  firstSeenUnixMs: number;
}

export type TokenScope = 'ingest' | 'read' | 'admin';
export const TOKEN_SCOPES: readonly TokenScope[] = ['ingest', 'read', 'admin'];

/** Both ends inclusive. */
export interface MinuteRange {
  fromMinute: number;
  toMinute: number;
}

export interface Store {
  /**
   * Notes who reports. An instance that is new makes its deployment the current one; one that only connected again
   * does not. `lastSequence` is the highest durable sequence of the instance; 0 when none.
   */
  openInstance(hello: SensorHello, nowUnixMs: number): Promise<{ deploymentId: number; lastSequence: number }>;
  /** Notes the functions of a deployment and where they stand; ids in the order asked. */
  defineFunctions(
    deploymentId: number,
    functions: SensorFunction[],
  ): Promise<Array<{ functionId: number; fileId: number }>>;
  /** All or nothing, durable when it resolves. A sequence that the instance has already committed adds nothing. */
  commit(windows: InstanceWindow[]): Promise<void>;

  /** Ascending by `currentSinceUnixMs`. */
  deployments(service?: string): Promise<Deployment[]>;
  fileIds(paths: string[], service?: string): Promise<number[]>;
  /** Services' own files, without those of underlying packages; ascending. */
  ownFiles(): Promise<Array<{ service: string; file: string }>>;
  /** Newest first. */
  serviceRoots(): Promise<ServiceRoot[]>;
  /** Instances of each service that were last seen within the time, both ends included. */
  instanceCounts(fromUnixMs: number, toUnixMs: number): Promise<Map<string, number>>;
  /** By exactly one of the three; only what one of the deployments has. */
  knownFunctions(
    deploymentIds: number[],
    by: { fileIds: number[] } | { functionIds: number[] } | { identity: string },
  ): Promise<KnownFunction[]>;
  /** Added up over the minutes, one for each deployment and function with data. */
  totals(range: MinuteRange, deploymentIds: number[], fileIds?: number[]): Promise<DeploymentTotals[]>;
  reporting(range: MinuteRange, deploymentIds: number[]): Promise<ReportingSpan[]>;
  /**
   * Added up over the minutes: the calls from and to the functions. `leftOutCalls`: calls between any functions of the
   * deployments for which a minute had no room.
   */
  calls(
    range: MinuteRange,
    deploymentIds: number[],
    functionIds: number[],
  ): Promise<{ calls: CallTotals[]; leftOutCalls: number }>;

  /** Those last seen at that time or later, or the one of them that is named; by service, environment and age. */
  instances(sinceUnixMs: number, instance?: string): Promise<SensorInstance[]>;
  /** Ascending; a minute without a window is left out. */
  instanceMinutes(instance: string, range: MinuteRange): Promise<InstanceMinute[]>;

  /** By service, then environment. */
  measuringRules(): Promise<MeasuringRule[]>;
  /** In place of all rules that the service has. */
  replaceMeasuringRules(service: string, rules: MeasuringRule[]): Promise<void>;

  /**
   * Keeps the maps of a version, all or none of them; the versions that went to make room for it. Throws
   * PRODLENS_ERR_SOURCE_MAPS_FULL.
   */
  putSourceMaps(service: string, version: string, maps: StoredSourceMap[], nowUnixMs: number): Promise<string[]>;
  /** Compiled files of which there is a map. */
  sourceMapFiles(service: string, version: string): Promise<Set<string>>;
  sourceMap(service: string, version: string, file: string): Promise<Uint8Array | null>;

  addToken(hash: string, scope: TokenScope, nowUnixMs: number): Promise<void>;
  hasTokens(): Promise<boolean>;
  tokenScope(hash: string): Promise<TokenScope | null>;

  /** Forgets what is older than its retention. */
  sweep(nowUnixMs: number): Promise<void>;
  /** Throws when the store cannot answer. */
  check(): Promise<void>;
  close(): Promise<void>;
}
