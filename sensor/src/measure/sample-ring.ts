// Durations on their way from the program's thread to the reporter's: a ring in shared memory with one writer and
// one reader. Where the reader falls behind, new durations are dropped and counted; calls and errors are counted
// elsewhere and are never dropped.

import { CONTROL, type Counters } from './counters.js';

// Taken now: a program may replace it.
const { store } = Atomics;

/** Durations that fit. */
const LENGTH = 32_768;
const FIELDS = 6;
/** Cells of `ends`. */
const WRITTEN = 0;
const READ = 1;

export interface SampleRing {
  /**
   * LENGTH records: id, duration in ns, weight, caller's id (0: none), time in awaited callees in ns, and the slot of the
   * flow (0: none). With the id 0, a record is news of a flow: see FLOW_NEWS.
   */
  records: Float64Array;
  /** Records written and read so far, modulo 2^32. */
  ends: Int32Array;
}

/** One call that was timed. */
export interface Sample {
  id: number;
  durationNs: number;
  /** Calls that it stands for. */
  weight: number;
  /** The timed function that was running when the call began; 0 where there was none. */
  caller: number;
  /** Of an asynchronous call: time within it in which asynchronous callees of it were under way. */
  calleesNs: number;
  /** Of the flow in which it ran; 0 where it ran in none. */
  flow: number;
}

/** What a record with the id 0 says, in place of the weight. All have the flow's slot. */
export const FLOW_NEWS = {
  /** The caller is the endpoint's id. */
  endpointKnown: 0,
  /** The duration is the time in which a query was under way, the time in callees that in which a request was. */
  waited: 1,
  /** The duration is the flow's, the caller its endpoint's id. */
  endedWell: 2,
  failed: 3,
} as const;

/** Adds a record; false where it found no room. */
export type PutSample = (
  id: number,
  durationNs: number,
  weight: number,
  caller: number,
  calleesNs: number,
  flow: number,
) => boolean;

/** Shared memory, empty. */
export function createSampleRing(): SampleRing {
  return {
    records: new Float64Array(new SharedArrayBuffer(LENGTH * FIELDS * 8)),
    ends: new Int32Array(new SharedArrayBuffer(8)),
  };
}

/** More than half of the room is taken; for the one writer. */
export function isCrowded({ ends }: SampleRing): boolean {
  return ((ends[WRITTEN]! - ends[READ]!) | 0) > LENGTH / 2;
}

/** A function that adds a sample; for the one writer. */
export function ringWriter({ records, ends }: SampleRing, { control }: Counters): PutSample {
  let written = 0;
  return (id, durationNs, weight, caller, calleesNs, flow) => {
    if (((written - ends[READ]!) | 0) >= LENGTH) {
      if (id !== 0) control[CONTROL.droppedSamples]!++;
      return false;
    }
    const at = (written & (LENGTH - 1)) * FIELDS;
    records[at] = id;
    records[at + 1] = durationNs;
    records[at + 2] = weight;
    records[at + 3] = caller;
    records[at + 4] = calleesNs;
    records[at + 5] = flow;
    written = (written + 1) | 0;
    store(ends, WRITTEN, written);
    if (id !== 0) control[CONTROL.samples]!++;
    return true;
  };
}

/** Hands over what was added since; for the one reader. How many there were. */
export function readRing({ records, ends }: SampleRing, take: (sample: Sample) => void): number {
  const written = Atomics.load(ends, WRITTEN);
  const from = ends[READ]!;
  const count = (written - from) | 0;
  const sample: Sample = { id: 0, durationNs: 0, weight: 0, caller: 0, calleesNs: 0, flow: 0 };
  for (let i = 0; i < count; i++) {
    const at = ((from + i) & (LENGTH - 1)) * FIELDS;
    sample.id = records[at]!;
    sample.durationNs = records[at + 1]!;
    sample.weight = records[at + 2]!;
    sample.caller = records[at + 3]!;
    sample.calleesNs = records[at + 4]!;
    sample.flow = records[at + 5]!;
    take(sample);
  }
  Atomics.store(ends, READ, written);
  return count;
}
