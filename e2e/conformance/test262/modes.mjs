// The ways in which every test runs: as it is, with as few functions timed as any policy times, and with all timed.
// So each function is seen both counted and timed, wherever it can be. Instrumented text needs the sensor's runtime:
// importing this starts it, once in a thread.

import { instrument } from '@prodlens/sensor/instrument';
import { CAPACITY, createCounters, defineFunction, FLAG } from '../../../sensor/dist/measure/counters.js';
import { startRuntime } from '../../../sensor/dist/measure/runtime.js';
import { createSampleRing } from '../../../sensor/dist/measure/sample-ring.js';

const counters = createCounters();
const runtime = startRuntime(counters, createSampleRing());

let nextId = 1;

/** Numbers are used again once they run out: what is counted is of no interest here. */
function define(functions) {
  for (const { id, timed, isAsync } of functions) defineFunction(counters, id, timed && !isAsync ? FLAG.sampled : 0);
  nextId += functions.length;
  if (nextId < CAPACITY / 2) return;
  nextId = 1;
  runtime.startWindow();
}

/** Why the text that was rewritten last was left as it is; null where it was instrumented. */
let skipped = null;
export const lastSkipped = () => skipped;

function instrumentedBy(timing) {
  return (text, path, format) => {
    const result = instrument(text, { path, format, firstId: nextId, timing });
    skipped = result.skipped ?? null;
    if (skipped) return text;
    define(result.functions);
    return result.code;
  };
}

export const modes = [
  { name: 'plain', isInstrumented: false, rewrite: (text) => text },
  { name: 'few timed', isInstrumented: true, rewrite: instrumentedBy('working') },
  { name: 'all timed', isInstrumented: true, rewrite: instrumentedBy('all') },
];
