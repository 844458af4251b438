// Durations on their way from the program's thread to the reporter's: a ring in shared memory with one writer and
// one reader. Where the reader falls behind, new durations are dropped and counted; calls and errors are counted
// elsewhere and are never dropped.

import { CONTROL, type Counters } from './counters.js';

// Taken now: a program may replace it.
const { store } = Atomics;

/** Durations that fit. */
const LENGTH = 32_768;
const FIELDS = 5;
/** Cells of `ends`. */
const WRITTEN = 0;
const READ = 1;

export interface SampleRing {
  /** LENGTH records: id, duration in ns, weight, caller's id (0: none), time in awaited callees in ns. */
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
}

export function createSampleRing(): SampleRing {
  return {
    records: new Float64Array(new SharedArrayBuffer(LENGTH * FIELDS * 8)),
    ends: new Int32Array(new SharedArrayBuffer(8)),
  };
}

/** A function that adds a sample; for the one writer. */
export function ringWriter({ records, ends }: SampleRing, { control }: Counters) {
  let written = 0;
  return (id: number, durationNs: number, weight: number, caller: number, calleesNs: number): void => {
    if (((written - ends[READ]!) | 0) >= LENGTH) {
      control[CONTROL.droppedSamples]!++;
      return;
    }
    const at = (written & (LENGTH - 1)) * FIELDS;
    records[at] = id;
    records[at + 1] = durationNs;
    records[at + 2] = weight;
    records[at + 3] = caller;
    records[at + 4] = calleesNs;
    written = (written + 1) | 0;
    store(ends, WRITTEN, written);
    control[CONTROL.samples]!++;
  };
}

/** Hands over what was added since; for the one reader. How many there were. */
export function readRing({ records, ends }: SampleRing, take: (sample: Sample) => void): number {
  const written = Atomics.load(ends, WRITTEN);
  const from = ends[READ]!;
  const count = (written - from) | 0;
  const sample: Sample = { id: 0, durationNs: 0, weight: 0, caller: 0, calleesNs: 0 };
  for (let i = 0; i < count; i++) {
    const at = ((from + i) & (LENGTH - 1)) * FIELDS;
    sample.id = records[at]!;
    sample.durationNs = records[at + 1]!;
    sample.weight = records[at + 2]!;
    sample.caller = records[at + 3]!;
    sample.calleesNs = records[at + 4]!;
    take(sample);
  }
  Atomics.store(ends, READ, written);
  return count;
}
