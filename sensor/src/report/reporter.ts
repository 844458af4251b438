// Ends windows and brings them to the collector: functions first, each once a connection, then the window that
// counts them. Runs in a thread of its own, so that a busy program is reported all the same and pays nothing for it.

import {
  type FunctionWindow,
  NO_TOTALS,
  type ProcessWindow,
  SENSOR_LIMITS,
  type SensorEndpoint,
  type SensorFacts,
  type SensorFunction,
} from '@prodlens/protocol';
import { now } from '../measure/clock.js';
import { CONTROL, type Counters, callsOf, FLAG } from '../measure/counters.js';
import { readRing, type SampleRing } from '../measure/sample-ring.js';
import { countingCostMs, Shedding, timingCostMs } from '../measure/sampling-levels.js';
import type { Connection } from './connection.js';
import { createLocate, selfTimes } from './cpu-profile.js';
import { EndpointTotals } from './endpoint-totals.js';
import type { FlowFacts } from './messages.js';
import { Outbox } from './outbox.js';
import { ownCost } from './own-cost.js';
import type { Registry } from './registry.js';
import { Samples } from './samples.js';

const FUNCTIONS_A_MESSAGE = 5_000;

export class Reporter {
  readonly #counters: Counters;
  readonly #ring: SampleRing;
  readonly #registry: Registry;
  readonly #samples: Samples;
  readonly #endpoints: EndpointTotals;
  readonly #outbox = new Outbox();
  readonly #shedding = new Shedding();
  #connection: Connection | null = null;
  #named = new Set<number>();
  #namedOwn = 0;
  #namedEndpoints = 0;
  #flows: FlowFacts = { droppedFlows: 0, droppedFlowEvents: 0 };
  #windowStartMs = now();
  #waiters: (() => void)[] = [];
  /** Readings of the counters at the end of the last window, by id. */
  #calls: Uint32Array;
  #errors: Uint32Array;
  #withinNs: Float64Array;
  #windowCalls = new Map<number, { calls: number; errors: number }>();
  #allCalls = 0;
  #cost = { samples: 0, asyncCalls: 0, ms: 0 };

  readonly #captureFacts: () => Pick<SensorFacts, 'capture'>;

  constructor(
    counters: Counters,
    ring: SampleRing,
    registry: Registry,
    captureFacts: () => Pick<SensorFacts, 'capture'> = () => ({}),
  ) {
    this.#captureFacts = captureFacts;
    this.#counters = counters;
    this.#ring = ring;
    this.#registry = registry;
    const suspends = (id: number) => (counters.flags[id]! & FLAG.suspends) !== 0;
    this.#samples = new Samples(suspends);
    this.#endpoints = new EndpointTotals(suspends);
    this.#calls = new Uint32Array(counters.left.length);
    this.#errors = new Uint32Array(counters.left.length);
    this.#withinNs = new Float64Array(counters.left.length);
  }

  start(connection: Connection): void {
    this.#connection = connection;
  }

  /** Takes durations out of the ring, which has little room. How many there were. */
  readSamples(): number {
    return readRing(this.#ring, (sample) => {
      if (sample.id !== 0) this.#samples.take(sample);
      if (sample.flow !== 0) this.#endpoints.take(sample);
    });
  }

  /** All that are named until now. */
  get endpoints(): readonly SensorEndpoint[] {
    return this.#endpoints.named;
  }

  nameEndpoint(endpoint: SensorEndpoint): void {
    this.#endpoints.name(endpoint);
  }

  /** A new connection: what was not acknowledged goes again, and functions are named anew. */
  welcomed(lastSequence: number): void {
    this.#named.clear();
    this.#namedOwn = 0;
    this.#namedEndpoints = 0;
    this.#outbox.acknowledged(lastSequence);
    this.#send(true);
    this.#tellWaiters();
  }

  acknowledged(sequence: number): void {
    this.#outbox.acknowledged(sequence);
    this.#send(false);
    this.#tellWaiters();
  }

  /** Of a window in which measuring is switched, the calls made while it is on count, and no others. */
  configured(measuring: boolean): void {
    if (measuring === this.#isMeasuring) return;
    this.#countCalls();
    this.#counters.control[CONTROL.measuring] = measuring ? 1 : 0;
  }

  get #isMeasuring(): boolean {
    return this.#counters.control[CONTROL.measuring] === 1;
  }

  /** Reads the counters into the running window; what was called while measuring is off goes nowhere. */
  #countCalls(): void {
    const read = this.#readCounters();
    if (!this.#isMeasuring) return;
    for (const [id, { calls, errors }] of read) {
      const before = this.#windowCalls.get(id);
      this.#windowCalls.set(id, { calls: calls + (before?.calls ?? 0), errors: errors + (before?.errors ?? 0) });
    }
  }

  refused(): void {
    this.#outbox.refused();
    this.#tellWaiters();
  }

  /** Ends the running window and sends it, or keeps it until the collector is there. */
  takeWindow(process: ProcessWindow, profile: string | null, flows = this.#flows): void {
    const endMs = now();
    this.readSamples();
    this.#countCalls();
    const calls = this.#windowCalls;
    this.#windowCalls = new Map();
    this.#flows = flows;
    const { durations, edges, factors } = this.#samples.fold(
      (id) => calls.get(id)?.calls ?? 0,
      (id) => this.#newWithinNs(id),
    );
    const cpu = profile === null ? new Map<number, number>() : this.#cpuTimes(profile);
    const rows: FunctionWindow[] = [];
    for (const id of new Set([...calls.keys(), ...durations.keys(), ...cpu.keys()])) {
      // Text that was instrumented elsewhere, by a bundler's plugin, may count under ids that have no name here.
      if (!this.#registry.isKnown(id)) continue;
      rows.push({ id, ...NO_TOTALS, ...calls.get(id), ...durations.get(id), cpuNs: Math.round(cpu.get(id) ?? 0) });
    }
    this.#shed(endMs - this.#windowStartMs);
    const known = edges.filter((edge) => this.#registry.isKnown(edge.caller) && this.#registry.isKnown(edge.callee));
    const endpoints = this.#endpoints.fold((id) => {
      if (!this.#registry.isKnown(id)) return null;
      const { sumNs = 0 } = durations.get(id) ?? {};
      const cpuShare = sumNs > 0 ? (cpu.get(id) ?? 0) / sumNs : 0;
      return { suspends: (this.#counters.flags[id]! & FLAG.suspends) !== 0, factor: factors.get(id) ?? 1, cpuShare };
    });
    const nothing = { rows: [], edges: [], endpoints: [], endpointFunctions: [] };
    const measured = this.#isMeasuring || calls.size > 0 ? { rows, edges: known, ...endpoints } : nothing;
    this.#outbox.add({ startMs: this.#windowStartMs, endMs, ...measured, process });
    this.#windowStartMs = endMs;
    this.#send(false);
  }

  /** Names the service's own functions that this connection does not know yet: a snapshot may be about them. */
  nameLoaded(): void {
    if (this.#connection?.isReady) this.#nameFunctions(this.#connection, []);
  }

  /** Resolves once all windows are durable at the collector. */
  delivered(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.#tellWaiters();
    });
  }

  #tellWaiters(): void {
    if (this.#outbox.isEmpty) for (const resolve of this.#waiters.splice(0)) resolve();
  }

  /** Calls and errors since the last reading, of the functions that had any. */
  #readCounters(): Map<number, { calls: number; errors: number }> {
    const { control, errors } = this.#counters;
    const read = new Map<number, { calls: number; errors: number }>();
    const end = Atomics.load(control, CONTROL.nextId);
    for (let id = 1; id < end; id++) {
      // A reading that met the program halfway through a change may be behind the one before: it is taken next time.
      const calls = Math.max((callsOf(this.#counters, id) - this.#calls[id]!) | 0, 0);
      const failed = (errors[id]! - this.#errors[id]!) >>> 0;
      if (calls === 0 && failed === 0) continue;
      this.#calls[id]! += calls;
      this.#errors[id]! += failed;
      this.#allCalls += calls;
      read.set(id, { calls, errors: failed });
    }
    return read;
  }

  /** What was added to a function's withinNs since it was last asked for. */
  #newWithinNs(id: number): number {
    const before = this.#withinNs[id]!;
    const nowNs = this.#counters.withinNs[id]!;
    this.#withinNs[id] = nowNs;
    return nowNs - before;
  }

  /** Processor time by function id, in ns. */
  #cpuTimes(profile: string): Map<number, number> {
    const locate = createLocate((path) => this.#registry.moduleAt(path));
    return selfTimes(JSON.parse(profile), locate).functions;
  }

  #shed(windowMs: number): void {
    const { control } = this.#counters;
    const samples = control[CONTROL.samples]! >>> 0;
    const asyncCalls = control[CONTROL.asyncCalls]! >>> 0;
    const { samples: samplesBefore, asyncCalls: asyncBefore } = this.#cost;
    const timing = timingCostMs((samples - samplesBefore) >>> 0, (asyncCalls - asyncBefore) >>> 0);
    control[CONTROL.shedLevel] = this.#shedding.windowEnded(timing / Math.max(windowMs, 1));
    this.#cost = { samples, asyncCalls, ms: this.#cost.ms + timing };
  }

  #send(isNewConnection: boolean): void {
    const connection = this.#connection;
    if (!connection?.isReady) return;
    const window = this.#outbox.next(isNewConnection);
    if (window === null) return;
    const { startMs, endMs, ...rest } = window;
    this.#nameFunctions(connection, [
      ...window.rows.map((row) => row.id),
      ...window.edges.flatMap((edge) => [edge.caller, edge.callee]),
      ...window.endpointFunctions.map((pair) => pair.function),
    ]);
    const endpoints = this.#endpoints.named.slice(this.#namedEndpoints);
    if (endpoints.length > 0) connection.send({ type: 'endpoints', endpoints });
    this.#namedEndpoints += endpoints.length;
    connection.send({
      type: 'window',
      ageMs: now() - endMs,
      durationMs: endMs - startMs,
      facts: this.#facts(),
      ...rest,
    });
  }

  #facts(): SensorFacts {
    const { control } = this.#counters;
    return {
      ...this.#registry.facts(),
      mergedWindows: this.#outbox.merged,
      droppedWindows: this.#outbox.dropped,
      droppedSamples: control[CONTROL.droppedSamples]! >>> 0,
      ...this.#flows,
      droppedEndpointFunctions: this.#endpoints.dropped + this.#outbox.droppedEndpointFunctions,
      droppedEdges: this.#samples.droppedEdges + this.#outbox.droppedEdges,
      shedLevel: this.#shedding.level,
      measuring: this.#isMeasuring,
      ...this.#captureFacts(),
      ...ownCost(this.#counters),
      inlineCpuMs: this.#cost.ms + countingCostMs(this.#allCalls),
    };
  }

  /** Names the functions of a window, and the service's own that were loaded since, that this connection does not know. */
  #nameFunctions(connection: Connection, ids: number[]): void {
    const own = this.#registry.ownIds();
    const fresh: SensorFunction[] = [];
    for (const id of [...own.slice(this.#namedOwn), ...ids]) {
      if (this.#named.has(id)) continue;
      this.#named.add(id);
      fresh.push(withinLimits(this.#registry.describe(id)));
    }
    this.#namedOwn = own.length;
    for (let i = 0; i < fresh.length; i += FUNCTIONS_A_MESSAGE) {
      connection.send({ type: 'functions', functions: fresh.slice(i, i + FUNCTIONS_A_MESSAGE) });
    }
  }
}

function withinLimits(f: SensorFunction): SensorFunction {
  const { stringLength } = SENSOR_LIMITS;
  if (f.name.length <= stringLength && f.file.length <= stringLength) return f;
  return { ...f, name: f.name.slice(0, stringLength), file: f.file.slice(0, stringLength) };
}
