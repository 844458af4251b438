// Windows merged in memory into minutes, before they are written: 3.6 million rows of windows a minute become 160,000
// of minutes. It holds what the journal has and the store's tables have not; a question takes what lies there and adds
// what lies here. A part that has been written is marked, and from then on counts there.

import { type FunctionTotals, mergeEndpointTotals } from '@prodlens/protocol';
import { visitNumbers } from './journal/window-record.js';
import { addEdge, type MinuteEdges, noEdges } from './packed/edge-blob.js';
import { addFunction, endpointIn, type PackedEndpoints } from './packed/endpoint-blob.js';
import type { InstanceWindow, MinuteRange, RecordedWindow } from './store.js';
import { createSumsTable, type PassingTotals, passing, type SumsOfFile } from './sums-table.js';

/** Pairs of functions in one minute of one deployment; calls between further pairs are only counted. */
const MINUTE_PAIRS = 65_536;

/** Endpoints in one minute of one deployment, and functions of each: what is more finds no room. */
const MINUTE_ENDPOINTS = 4_096;
const ENDPOINT_FUNCTIONS = 4_096;

/** By function id. */
export type FunctionSums = Map<number, FunctionTotals>;

/** By file id. */
export type FileSums = Map<number, FunctionSums>;

export interface FoldedFile {
  file: number;
  functions: SumsOfFile;
  isWritten: boolean;
}

/** What one deployment did in one minute. */
export interface FoldedMinute {
  /** Since the Unix epoch. */
  t: number;
  deployment: number;
  /** By file id. */
  files: Map<number, FoldedFile>;
  edges: MinuteEdges;
  endpoints: PackedEndpoints;
  /** Whether the edges, the endpoints, and the sums of functions without histograms, count in the tables. */
  areOthersWritten: boolean;
}

export interface MinuteFold {
  add(window: InstanceWindow | RecordedWindow): void;
  /** The same in steps of less than a millisecond; all are to be taken. */
  adding(window: InstanceWindow | RecordedWindow): Iterable<void>;
  /** Of which windows it is made, in the order of their adding. */
  windows(): ReadonlyArray<Pick<InstanceWindow, 'instance' | 'sequence'>>;
  /** Functions in minutes, and in endpoints of minutes. */
  size(): number;
  /** Ascending by minute, then deployment: the same for the same windows. */
  minutes(): FoldedMinute[];
  within(range: MinuteRange, deploymentIds: number[]): FoldedMinute[];
  /** Once all of it is written: gives its memory to the next. */
  clear(): void;
}

/** Empty. `minutePairs`: how many pairs of caller and callee one minute of a deployment keeps apart. */
export function createMinuteFold(minutePairs = MINUTE_PAIRS): MinuteFold {
  const byMinute = new Map<number, Map<number, FoldedMinute>>();
  const windows: Array<Pick<InstanceWindow, 'instance' | 'sequence'>> = [];
  const table = createSumsTable();
  let size = 0;

  function minuteOf(t: number, deployment: number): FoldedMinute {
    let deployments = byMinute.get(t);
    if (deployments === undefined) {
      deployments = new Map();
      byMinute.set(t, deployments);
    }
    let minute = deployments.get(deployment);
    if (minute === undefined) {
      minute = { t, deployment, files: new Map(), edges: noEdges(), endpoints: new Map(), areOthersWritten: false };
      deployments.set(deployment, minute);
    }
    return minute;
  }

  return {
    add(window) {
      for (const _ of this.adding(window));
    },

    *adding(window) {
      const { instance, sequence, endUnixMs, deploymentId, endpoints = [], endpointFunctions = [] } = window;
      windows.push({ instance, sequence });
      let found: FoldedMinute | undefined;
      const ofWindow = () => (found ??= minuteOf(Math.floor(endUnixMs / 60_000), deploymentId));
      const row = (functionId: number, fileId: number, totals: PassingTotals) => {
        const { files } = ofWindow();
        let folded = files.get(fileId);
        if (folded === undefined) {
          folded = { file: fileId, functions: table.file(), isWritten: false };
          files.set(fileId, folded);
        }
        if (folded.functions.add(functionId, totals)) size++;
      };
      const edge = (callerId: number, calleeId: number, calls: number, sumNs: number) =>
        addEdge(ofWindow().edges, callerId, calleeId, { calls, sumNs }, minutePairs);
      if ('record' in window) yield* visitNumbers(window.record, { row, edge });
      else {
        for (const { functionId, fileId, totals } of window.rows) row(functionId, fileId, passing(totals));
        for (const { callerId, calleeId, calls, sumNs } of window.edges) edge(callerId, calleeId, calls, sumNs);
      }
      if (endpoints.length + endpointFunctions.length === 0) return;
      const minute = ofWindow();
      const isRoom = (id: number) => minute.endpoints.has(id) || minute.endpoints.size < MINUTE_ENDPOINTS;
      for (const { endpointId, totals } of endpoints) {
        if (!isRoom(endpointId)) continue;
        const endpoint = endpointIn(minute.endpoints, endpointId);
        endpoint.totals = mergeEndpointTotals(endpoint.totals, totals);
      }
      for (const { endpointId, functionId, totals } of endpointFunctions) {
        if (!isRoom(endpointId)) continue;
        const endpoint = endpointIn(minute.endpoints, endpointId);
        const isKnown = endpoint.functions.has(functionId);
        if (!isKnown && endpoint.functions.size >= ENDPOINT_FUNCTIONS) continue;
        addFunction(endpoint, functionId, totals);
        if (!isKnown) size++;
      }
    },

    windows: () => windows,
    size: () => size,
    clear: table.clear,

    minutes() {
      const all = [...byMinute.values()].flatMap((deployments) => [...deployments.values()]);
      return all.sort((a, b) => a.t - b.t || a.deployment - b.deployment);
    },

    within({ fromMinute, toMinute }, deploymentIds) {
      const found: FoldedMinute[] = [];
      for (const [t, deployments] of byMinute) {
        if (t < fromMinute || t > toMinute) continue;
        for (const id of deploymentIds) {
          const minute = deployments.get(id);
          if (minute !== undefined) found.push(minute);
        }
      }
      return found;
    },
  };
}

/** Of a window among all windows of all instances. */
export function windowKey({ instance, sequence }: Pick<InstanceWindow, 'instance' | 'sequence'>): string {
  return `${sequence}/${instance}`;
}

/** A copy that may be added to. */
export function ownTotals({ calls, errors, sumNs, maxNs, buckets, selfNs, cpuNs }: FunctionTotals): FunctionTotals {
  return { calls, errors, sumNs, maxNs, buckets: buckets.slice(), selfNs, cpuNs };
}
