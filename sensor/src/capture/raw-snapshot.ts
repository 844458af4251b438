// A snapshot on its way from the program's thread to the reporter's: values are captured, nothing of it is live any more.
// Functions are still numbers, positions those of the running text, and nothing is redacted.

import type {
  CapturedValue,
  SnapshotFlow,
  SnapshotOutbound,
  SnapshotProcess,
  SnapshotRequest,
  SnapshotTrigger,
} from '@prodlens/protocol';
import type { StackFrame } from '../load/stack-trace.js';

export interface RawSnapshot {
  trigger: SnapshotTrigger;
  suppressed: number;
  flow: SnapshotFlow | null;
  request: SnapshotRequest | null;
  attributes: CapturedValue;
  error: RawError | null;
  /** The function that was slow; null where an error says which it is. */
  slowFunction: number | null;
  /** Innermost first. */
  calls: RawCall[];
  queries: RawQuery[];
  outbound: RawOutbound[];
  logs: { level: string; timeNs: number; message: CapturedValue }[];
  droppedEvents: number;
  /** What costs more than a look is added by the reporter. */
  process: Omit<SnapshotProcess, 'eventLoopDelayP99Ns' | 'rssBytes'>;
  captureNs: number;
  /** Whether stacks that are text have original positions already. */
  sourceMapsEnabled: boolean;
}

export interface RawError {
  type: string;
  message: CapturedValue;
  stack: StackFrame[] | string | null;
  properties: CapturedValue;
  causes: Omit<RawError, 'properties' | 'causes'>[];
}

export interface RawCall {
  id: number;
  durationNs: number | null;
  endNs: number | null;
  threw: boolean;
  /** By the function's parameters; null where they were not captured. */
  arguments: CapturedValue[] | null;
}

export interface RawQuery {
  system: string;
  text: string;
  parameters: CapturedValue;
  startNs: number;
  durationNs: number | null;
  rowCount: number | null;
  answer: CapturedValue;
  error: string | null;
}

export type RawOutbound = SnapshotOutbound;
