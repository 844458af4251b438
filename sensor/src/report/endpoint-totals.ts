// What requests, jobs and timers did in a window, by endpoint: how many, how long, and in which functions. Durations of
// functions come with the slot of the flow that they ran in; which endpoint that flow has may be known only later, when
// it has been routed, so what comes before is kept until then.
//
// Functions that are only counted are not in it, and of hot ones a sample stands for all: calls and times by endpoint
// are estimates, scaled like the function's own.

import {
  bucketIndex,
  type EndpointFunctionWindow,
  type EndpointWindow,
  NO_ENDPOINT_TOTALS,
  type SensorEndpoint,
} from '@prodlens/protocol';
import { FLOW_NEWS, type Sample } from '../measure/sample-ring.js';
import { SLOW_MS } from '../measure/sampling-levels.js';

const SLOW_NS = SLOW_MS * 1e6;

/** Pairs of endpoint and function in a window: more are dropped and counted. */
const PAIRS = 40_000;
/** Durations of one flow that are kept until its endpoint is known. */
const EARLY = 2_000;
/** Ids of functions are below it. */
const ID_RANGE = 2 ** 20;

interface FunctionSums {
  /** Of calls that count once each, and of those that stand for others too: see samples.ts. */
  slowCalls: number;
  slowNs: number;
  fastCalls: number;
  fastNs: number;
  calleesNs: number;
}

type EndpointSums = Omit<EndpointWindow, 'id' | 'buckets'> & { counts: Map<number, number> };

/** What is known of a function in the window that ends. */
export interface FunctionFacts {
  suspends: boolean;
  /** By what its durations are multiplied. */
  factor: number;
  /** Of its processor time, the share of a ns that a ns of its durations stands for. */
  cpuShare: number;
}

export class EndpointTotals {
  readonly #suspends: (id: number) => boolean;
  /** Of flows under way, by slot; 0 while it is not known. */
  #endpointOf: number[] = [];
  #early = new Map<number, Sample[]>();
  #functions = new Map<number, FunctionSums>();
  #endpoints = new Map<number, EndpointSums>();
  readonly #named: SensorEndpoint[] = [];
  dropped = 0;

  constructor(suspends: (id: number) => boolean) {
    this.#suspends = suspends;
  }

  /** A record of the ring that has a flow. */
  take(sample: Sample): void {
    const { id, flow } = sample;
    if (id === 0) this.#news(sample);
    else {
      const endpoint = this.#endpointOf[flow] ?? 0;
      if (endpoint !== 0) this.#add(endpoint, sample);
      else this.#keep(sample);
    }
  }

  #keep(sample: Sample): void {
    const early = this.#early.get(sample.flow);
    if (early === undefined) this.#early.set(sample.flow, [{ ...sample }]);
    else if (early.length < EARLY) early.push({ ...sample });
    else this.dropped++;
  }

  #news({ durationNs, weight: news, caller: endpoint, calleesNs, flow }: Sample): void {
    if (news === FLOW_NEWS.waited) {
      // Comes right before the end, with the endpoint known or not: it is added there.
      this.#early.set(flow, [...(this.#early.get(flow) ?? []), waitedOf(flow, durationNs, calleesNs)]);
      return;
    }
    this.#endpointOf[flow] = endpoint;
    for (const sample of this.#early.get(flow) ?? []) this.#add(endpoint, sample);
    this.#early.delete(flow);
    if (news === FLOW_NEWS.endpointKnown) return;
    this.#endpointOf[flow] = 0;
    const sums = this.#sumsOf(endpoint);
    sums.calls++;
    if (news === FLOW_NEWS.failed) sums.errors++;
    sums.sumNs += durationNs;
    sums.maxNs = Math.max(sums.maxNs, durationNs);
    const index = bucketIndex(durationNs);
    sums.counts.set(index, (sums.counts.get(index) ?? 0) + 1);
  }

  #sumsOf(endpoint: number): EndpointSums {
    let sums = this.#endpoints.get(endpoint);
    if (sums === undefined) {
      const { buckets: _, ...none } = NO_ENDPOINT_TOTALS;
      sums = { ...none, counts: new Map() };
      this.#endpoints.set(endpoint, sums);
    }
    return sums;
  }

  #add(endpoint: number, { id, durationNs, weight, caller, calleesNs }: Sample): void {
    if (id === 0) {
      const sums = this.#sumsOf(endpoint);
      sums.databaseNs += durationNs;
      sums.outboundNs += calleesNs;
      return;
    }
    const sums = this.#functionOf(endpoint, id);
    if (sums === null) return;
    const suspends = this.#suspends(id);
    const isSlow = durationNs >= SLOW_NS && !suspends;
    const stands = isSlow ? 1 : weight;
    if (isSlow) {
      sums.slowCalls++;
      sums.slowNs += durationNs;
    } else {
      sums.fastCalls += weight;
      sums.fastNs += durationNs * weight;
    }
    sums.calleesNs += calleesNs * stands;
    if (caller === 0 || suspends) return;
    const of = this.#functionOf(endpoint, caller);
    if (of !== null) of.calleesNs += durationNs * stands;
  }

  #functionOf(endpoint: number, id: number): FunctionSums | null {
    const key = endpoint * ID_RANGE + id;
    let sums = this.#functions.get(key);
    if (sums !== undefined) return sums;
    if (this.#functions.size >= PAIRS) {
      this.dropped++;
      return null;
    }
    sums = { slowCalls: 0, slowNs: 0, fastCalls: 0, fastNs: 0, calleesNs: 0 };
    this.#functions.set(key, sums);
    return sums;
  }

  /** The program's thread has met another endpoint; ids are given out from 1 on. */
  name(endpoint: SensorEndpoint): void {
    this.#named.push(endpoint);
  }

  get named(): readonly SensorEndpoint[] {
    return this.#named;
  }

  /**
   * What came in since the last call. `factsOf(id)` is null for a function that is not to be reported. An endpoint that
   * has no name yet, because its flow ended just now, is left for the next call.
   */
  fold(factsOf: (id: number) => FunctionFacts | null): {
    endpoints: EndpointWindow[];
    endpointFunctions: EndpointFunctionWindow[];
  } {
    const endpoints: EndpointWindow[] = [];
    for (const [id, { counts, ...sums }] of this.#endpoints) {
      if (id > this.#named.length) continue;
      endpoints.push({ id, ...sums, buckets: [...counts].sort((a, b) => a[0] - b[0]).flat() });
      this.#endpoints.delete(id);
    }
    const endpointFunctions: EndpointFunctionWindow[] = [];
    for (const [key, { slowCalls, slowNs, fastCalls, fastNs, calleesNs }] of this.#functions) {
      const id = key % ID_RANGE;
      if ((key - id) / ID_RANGE > this.#named.length) continue;
      this.#functions.delete(key);
      const facts = slowCalls + fastCalls === 0 ? null : factsOf(id);
      if (facts === null) continue;
      const { suspends, factor, cpuShare } = facts;
      const sumNs = fastNs * factor + slowNs;
      const selfNs = Math.max(0, sumNs - calleesNs);
      endpointFunctions.push({
        endpoint: (key - id) / ID_RANGE,
        function: id,
        calls: Math.max(1, Math.round(fastCalls * factor) + slowCalls),
        sumNs: Math.round(sumNs),
        selfNs: Math.round(selfNs),
        busyNs: Math.round(suspends ? Math.min(selfNs, sumNs * cpuShare) : selfNs),
      });
    }
    return { endpoints, endpointFunctions };
  }
}

function waitedOf(flow: number, durationNs: number, calleesNs: number): Sample {
  return { id: 0, durationNs, weight: 0, caller: 0, calleesNs, flow };
}
