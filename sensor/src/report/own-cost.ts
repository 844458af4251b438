// What the sensor's own threads cost, as far as a process can say it of its threads.

import { readFileSync } from 'node:fs';
import { getHeapStatistics } from 'node:v8';
import type { SensorFacts } from '@prodlens/protocol';
import { CONTROL, type Counters } from '../measure/counters.js';

/** Linux counts the processor time of a thread in hundredths of a second. proc(5), fields 14 and 15 of stat. */
const MS_A_CLOCK_TICK = 10;
/** Of the counters, and of what the runtime keeps beside them. */
const BYTES_A_FUNCTION = 29;
/** Heap of the ticker's thread, which does nothing but write the time. */
const TICKER_BYTES = 3 * 2 ** 20;

/** Processor time of the calling thread since it started, in ms; 0 where the system does not say. */
export function threadCpuMs(): number {
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } };
  try {
    if (threadCpuUsage) {
      const { user, system } = threadCpuUsage();
      return (user + system) / 1e3;
    }
    const fields = readFileSync('/proc/thread-self/stat', 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) * MS_A_CLOCK_TICK;
  } catch {
    return 0;
  }
}

/** Called in the reporter's thread. */
export function ownCost({ control }: Counters): Pick<SensorFacts, 'sensorCpuMs' | 'sensorBytes'> {
  const { total_heap_size: heap, malloced_memory: malloced, external_memory: external } = getHeapStatistics();
  const counters = control[CONTROL.nextId]! * BYTES_A_FUNCTION;
  return {
    sensorCpuMs: threadCpuMs() + control[CONTROL.tickerCpuMs]!,
    sensorBytes: heap + malloced + external + counters + TICKER_BYTES,
  };
}
