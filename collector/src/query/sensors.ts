// What each sensor says of itself and of its process: what it measures and leaves out, what it has dropped, what it
// costs, and how the process does. Figures are those of the last window; the series has a row for each minute.

import type { ProcessWindow } from '@prodlens/protocol';
import type { InstanceMinute, SensorInstance } from '../store/store.js';

export interface SensorSummary extends Omit<SensorInstance, 'latest'> {
  /** null, with all that follows, before the first window. */
  functions: number | null;
  modules: number | null;
  /** Modules left as they were, by reason. */
  skipped: Record<string, number> | null;
  /** 0: nothing given up. */
  shedLevel: number | null;
  measuring: boolean | null;
  mergedWindows: number | null;
  /** Lost since the process started. */
  droppedWindows: number | null;
  droppedSamples: number | null;
  droppedEdges: number | null;
  /** What the sensor costs: processor time of its own threads, and in the program's thread, ms a second; memory. */
  sensorCpuMsPerSecond: number | null;
  inlineCpuMsPerSecond: number | null;
  sensorBytes: number | null;
  process: ProcessFigures | null;
}

export interface ProcessFigures extends Omit<ProcessWindow, 'cpuMs' | 'gcCount' | 'gcMs'> {
  /** Processor time of all threads as a share of one processor: 1.5 is one and a half. */
  cpuShare: number;
  gcPerMinute: number;
  /** Share of the time that collections held the program's thread, 0 to 1. */
  gcShare: number;
}

export interface SensorMinute extends ProcessFigures {
  startUnixMs: number;
  sensorCpuMsPerSecond: number;
  inlineCpuMsPerSecond: number;
}

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
    sensorCpuMsPerSecond: latest && perSecond(latest.sensorCpuMs, latest.durationMs),
    inlineCpuMsPerSecond: latest && perSecond(latest.inlineCpuMs, latest.durationMs),
    sensorBytes: facts?.sensorBytes ?? null,
    process: latest && processFigures(latest.process, latest.durationMs),
  };
}

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
