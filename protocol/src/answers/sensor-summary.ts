// The answer about one sensor that every reader gets alike: the web app, a script.

import type { CaptureFacts, ProcessWindow } from '../sensor/sensor-wire.js';

/** A process or worker thread with a sensor. */
export interface SensorIdentity {
  instance: string;
  service: string;
  environment: string;
  version: string;
  revision: string;
  host: string;
  pid: number;
  runtime: string;
  sensorVersion: string;
  firstSeenUnixMs: number;
  lastSeenUnixMs: number;
}

/** What /api/v1/sensors answers about one of them. */
export interface SensorSummary extends SensorIdentity {
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
  /** Requests, jobs and runs that were not followed. */
  droppedFlows: number | null;
  unknownLibraries: Record<string, number> | null;
  /** What the sensor costs: processor time of its own threads, and in the program's thread, ms a second; memory. */
  sensorCpuMsPerSecond: number | null;
  inlineCpuMsPerSecond: number | null;
  sensorBytes: number | null;
  /** null also where the sensor knows no captures. */
  capture: CaptureFacts | null;
  process: ProcessFigures | null;
}

export interface ProcessFigures extends Omit<ProcessWindow, 'cpuMs' | 'gcCount' | 'gcMs'> {
  /** Processor time of all threads as a share of one processor: 1.5 is one and a half. */
  cpuShare: number;
  gcPerMinute: number;
  /** Share of the time that collections held the program's thread, 0 to 1. */
  gcShare: number;
}
