// What each sensor says of itself and of its process: what it measures and leaves out, what it has dropped, what it
// costs, and how the process does. Figures are those of the last window; the series has a row for each minute.

import type { ProcessFigures, ProcessWindow, SensorSummary } from '@prodlens/protocol';
import type { InstanceMinute, SensorInstance } from '../store/store.js';

export interface SensorMinute extends ProcessFigures {
  startUnixMs: number;
  sensorCpuMsPerSecond: number;
  inlineCpuMsPerSecond: number;
}

/** null wherever the sensor has not reported a window yet. */
export function sensorSummary({ latest, ...instance }: SensorInstance): SensorSummary {
  const facts = latest?.facts;
  return {
    ...instance,
    functions: facts?.functions ?? null,
    modules: facts?.modules ?? null,
    skipped: facts?.skipped ?? null,
    shedLevel: facts?.shedLevel ?? null,
    measuring: facts?.measuring ?? null,
    mergedWindows: facts?.mergedWindows ?? null,
    droppedWindows: facts?.droppedWindows ?? null,
    droppedSamples: facts?.droppedSamples ?? null,
    droppedEdges: facts?.droppedEdges ?? null,
    droppedFlows: facts?.droppedFlows ?? null,
    unknownLibraries: facts?.unknownLibraries ?? null,
    sensorCpuMsPerSecond: latest && perSecond(latest.sensorCpuMs, latest.durationMs),
    inlineCpuMsPerSecond: latest && perSecond(latest.inlineCpuMs, latest.durationMs),
    sensorBytes: facts?.sensorBytes ?? null,
    capture: facts?.capture ?? null,
    process: latest && processFigures(latest.process, latest.durationMs),
  };
}

/** Rates and shares are of the time that was reported of the minute, not of the whole of it. */
export function sensorMinute({
  minute,
  durationMs,
  sensorCpuMs,
  inlineCpuMs,
  ...process
}: InstanceMinute): SensorMinute {
  return {
    startUnixMs: minute * 60_000,
    sensorCpuMsPerSecond: perSecond(sensorCpuMs, durationMs),
    inlineCpuMsPerSecond: perSecond(inlineCpuMs, durationMs),
    ...processFigures(process, durationMs),
  };
}

function processFigures({ cpuMs, gcCount, gcMs, ...rest }: ProcessWindow, durationMs: number): ProcessFigures {
  return {
    cpuShare: perSecond(cpuMs, durationMs) / 1_000,
    ...rest,
    gcPerMinute: perSecond(gcCount, durationMs) * 60,
    gcShare: Math.min(1, perSecond(gcMs, durationMs) / 1_000),
  };
}

/** Over a second at least, so that no rate grows out of a window of no length. */
function perSecond(amount: number, durationMs: number): number {
  return amount / (Math.max(1_000, durationMs) / 1_000);
}
