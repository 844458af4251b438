// What the rest of the collector asks of a store: names in, numbers in, merged numbers out. It is asynchronous
// because a distributed engine is; the embedded one answers at once. A store merges and remembers; it computes no
// percentile, knows no window such as "the last hour", and decides nothing.
//
// Time is counted in minutes since the Unix epoch. Deployments are ordered by when each last became the current one of
// its service and environment, which a rollback changes; the last of them is the one that runs.

import type {
  EndpointFunctionTotals,
  EndpointPlace,
  EndpointTotals,
  FunctionPlace,
  FunctionTotals,
  ProcessWindow,
  SensorEndpoint,
  SensorFacts,
  SensorFunction,
  SensorHello,
  SensorIdentity,
  Snapshot,
  SnapshotSummary,
} from '@prodlens/protocol';
import type { ScalarSums } from './scalar-sums.js';

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
  /** null where nobody measured the process: spans say nothing of it. */
  facts: SensorFacts | null;
  process: ProcessWindow | null;
  endpoints?: Array<{ endpointId: number; totals: EndpointTotals }>;
  /** What functions did within endpoints. */
  endpointFunctions?: Array<{ endpointId: number; functionId: number; totals: EndpointFunctionTotals }>;
}

/** The same, with the numbers of functions and edges packed as the journal keeps it (journal/window-record.ts). */
export interface RecordedWindow extends Omit<InstanceWindow, 'rows' | 'edges'> {
  /** Of the whole window. */
  record: Uint8Array;
}

export interface KnownEndpoint extends EndpointPlace {
  endpointId: number;
  /** Stable public identity of (service, kind, method, route). */
  identity: string;
  service: string;
}

/** What an endpoint of a deployment did within a time. */
export interface EndpointSums {
  deploymentId: number;
  endpointId: number;
  totals: EndpointTotals;
  /** By function id. */
  functions: Map<number, EndpointFunctionTotals>;
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
  /** Of the text there; null where no sensor has told. */
  fingerprint: string | null;
  /** All of the asked deployments that have it, in this environment. */
  deploymentIds: number[];
}

/** Not to be changed by who asked. */
export interface DeploymentTotals {
  deploymentId: number;
  functionId: number;
  fileId: number;
  totals: FunctionTotals;
}

/** Totals without the histogram. */
export type FunctionScalars = Omit<FunctionTotals, 'buckets'>;

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

/** A snapshot, and what is said of it in a list. */
export interface StoredSnapshot {
  summary: SnapshotSummary;
  snapshot: Snapshot;
}

/** What is missing is not asked for. */
export interface SnapshotFilter {
  sinceUnixMs: number;
  service?: string;
  environment?: string;
  /** "GET /orders/:id". */
  endpoint?: string;
  /** FunctionStats.id, or a name. */
  function?: string;
  errorType?: string;
  trigger?: string;
  fingerprint?: string;
}

export type TokenScope = 'ingest' | 'read' | 'forensics' | 'alerts' | 'admin';
export const TOKEN_SCOPES: readonly TokenScope[] = ['ingest', 'read', 'forensics', 'alerts', 'admin'];

/** Of a token's hash: the hexadecimal digits that make its id. */
export const TOKEN_ID_LENGTH = 12;

/** What a token allows. The token itself is kept nowhere. */
export interface Token {
  /** The first digits of its hash. */
  id: string;
  /** Given by whoever made it; may be empty. */
  name: string;
  scopes: TokenScope[];
  /** The only service and environment that it may report; null: any. */
  service: string | null;
  environment: string | null;
  createdUnixMs: number;
}

/** Somebody who is signed in with a browser. */
export interface StoredSession {
  /** Of the token that it was begun with; null where an identity provider vouched for the person. */
  tokenId: string | null;
  /** As the provider's word and the settings made it; null where it is the token's. */
  person: Token | null;
  /** Which provider with which grants it was; '' for a token's. */
  provider: string;
  untilUnixMs: number;
}

/** Both ends inclusive. */
export interface MinuteRange {
  fromMinute: number;
  toMinute: number;
}

export interface Store {
  /**
   * Notes who reports. An instance that is new makes its deployment the current one; one that only connected again
   * does not. `lastSequence` is the highest durable sequence of the instance; 0 when none. `tokenId`: whose quota a
   * service that is new counts for.
   */
  openInstance(
    hello: SensorHello,
    nowUnixMs: number,
    tokenId?: string,
  ): Promise<{ deploymentId: number; lastSequence: number }>;
  /** Notes the functions of a deployment and where they stand; ids in the order asked. */
  defineFunctions(
    deploymentId: number,
    functions: SensorFunction[],
  ): Promise<Array<{ functionId: number; fileId: number }>>;
  /** Whether functions of the deployment have been named with fingerprints. */
  hasFingerprints(deploymentId: number): Promise<boolean>;
  /** Notes endpoints of the deployment's service; ids in the order asked. */
  defineEndpoints(deploymentId: number, endpoints: SensorEndpoint[]): Promise<number[]>;
  /** All or nothing, durable when it resolves. A sequence that the instance has already committed adds nothing. */
  commit(windows: Array<InstanceWindow | RecordedWindow>): Promise<void>;

  /** Ascending by `currentSinceUnixMs`. */
  deployments(service?: string): Promise<Deployment[]>;
  fileIds(paths: string[], service?: string): Promise<number[]>;
  /** Services' own files, without those of underlying packages; ascending. */
  ownFiles(): Promise<Array<{ service: string; file: string }>>;
  /** Newest first. */
  serviceRoots(): Promise<ServiceRoot[]>;
  /** Instances of each service that were last seen within the time, both ends included. */
  instanceCounts(fromUnixMs: number, toUnixMs: number): Promise<Map<string, number>>;
  /** Ids of functions of which the name holds the text, whatever its case: those that begin with it or with a part of
   * it first, shorter ones before longer. */
  searchFunctions(text: string, limit: number, service?: string): Promise<number[]>;
  /** By exactly one of the three; only what one of the deployments has. */
  knownFunctions(
    deploymentIds: number[],
    by: { fileIds: number[] } | { functionIds: number[] } | { identity: string },
  ): Promise<KnownFunction[]>;
  /**
   * Added up over the minutes, one for each deployment and function with data. Reaches back as far as minutes are kept
   * where it begins within an hour, and as far as hours are where it begins with one: so for all that take a range.
   */
  totals(range: MinuteRange, deploymentIds: number[], fileIds?: number[]): Promise<DeploymentTotals[]>;
  /** The same without histograms, by function id, which costs a fraction: for the first of very many. */
  scalars(range: MinuteRange, deploymentIds: number[]): Promise<Array<{ deploymentId: number; functions: ScalarSums }>>;
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

  knownEndpoints(by: { ids: number[] } | { identity: string }): Promise<KnownEndpoint[]>;
  /** Added up over the time, one for each deployment and endpoint with data. */
  endpointTotals(range: MinuteRange, deploymentIds: number[]): Promise<EndpointSums[]>;

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

  addToken(hash: string, token: Omit<Token, 'id'>): Promise<void>;
  hasTokens(): Promise<boolean>;
  token(hash: string): Promise<Token | null>;
  /** Oldest first. */
  tokens(): Promise<Token[]>;
  /** False when there was none. */
  removeToken(id: string): Promise<boolean>;
  /** `hash`: of what the browser holds. */
  addSession(hash: string, session: StoredSession): Promise<void>;
  /** Who that is; null where it has ended, its token is gone, or it is of another provider than this one. */
  session(hash: string, provider: string, nowUnixMs: number): Promise<Token | null>;
  /** False when there was none. */
  removeSession(hash: string): Promise<boolean>;
  /** Id of the token by which the service was named first, '' where none was needed; null for an unknown service. */
  tokenOfService(service: string): Promise<string | null>;
  /** What was named first by the token, or is of a service that was. */
  namedByToken(id: string): Promise<{ services: number; functions: number }>;
  /** How many of the functions no deployment of the service has. */
  unknownFunctions(service: string, functions: FunctionPlace[]): Promise<number>;

  /** Durable when it resolves; one that is there already changes nothing. */
  putSnapshot(snapshot: StoredSnapshot): Promise<void>;
  /** Newest first. */
  snapshots(filter: SnapshotFilter, limit: number): Promise<SnapshotSummary[]>;
  snapshot(id: string): Promise<StoredSnapshot | null>;

  /** Forgets what is older than its retention. */
  sweep(nowUnixMs: number): Promise<void>;
  /** Throws when the store cannot be written. */
  check(): Promise<void>;
  close(): Promise<void>;
}
