// From what the program's thread captured to what may leave: functions by name, original positions, a fingerprint that is
// the same in every process and version, and redaction. Nothing of a capture is sent but what comes out here.

import { createHash, randomUUID } from 'node:crypto';
import {
  type CapturedNode,
  type FunctionPlace,
  fingerprintText,
  redactSnapshot,
  type SensorFunction,
  type Snapshot,
  type SnapshotCall,
  type SnapshotFrame,
} from '@prodlens/protocol';
import type { CapturePolicy } from '../capture/capture-policy.js';
import type { RawCall, RawError, RawSnapshot } from '../capture/raw-snapshot.js';
import { withTimerName } from '../flow/beginnings/timer-route.js';
import { locateFrame } from './locate-frame.js';
import type { Registry } from './registry.js';

export interface MadeSnapshot {
  snapshot: Snapshot;
  /** The same before redaction; it never leaves the process but for a dry run on this machine. */
  before: Snapshot;
}

export interface SnapshotMakerOptions {
  registry: Registry;
  capture: CapturePolicy;
  secrets: string[];
  /** In ns; null before the first window. */
  eventLoopDelayP99Ns: () => number | null;
}

/** A function that makes a snapshot of what was captured. */
export function snapshotMaker({ registry, capture, secrets, eventLoopDelayP99Ns }: SnapshotMakerOptions) {
  const mode = capture.mode === 'shape' ? 'shape' : 'redacted';

  return (raw: RawSnapshot): MadeSnapshot => {
    const stackOf = (error: { stack: RawError['stack'] }) => original(error.stack, raw.sourceMapsEnabled, registry);
    const stack = raw.error ? stackOf(raw.error) : [];
    const stackIds = idsOf(raw.error, stack, registry);
    const calls = pathOf(raw.calls, stackIds).flatMap((call) => describeCall(call, registry));
    const functionId = raw.slowFunction ?? throwingFunction(stackIds, raw.calls, registry);
    const place = functionId !== null && registry.isKnown(functionId) ? placeOf(registry.describe(functionId)) : null;
    const what = { trigger: raw.trigger, flow: raw.flow, error: raw.error, function: place, calls };
    const before: Snapshot = {
      id: randomUUID(),
      trigger: raw.trigger,
      fingerprint: createHash('sha1').update(fingerprintText(what)).digest('hex').slice(0, 16),
      suppressed: raw.suppressed,
      flow: raw.flow && withTimerName(raw.flow, registry),
      request: raw.request,
      attributes: raw.attributes,
      function: place,
      error: raw.error && {
        ...raw.error,
        stack,
        causes: raw.error.causes.map((cause) => ({ ...cause, stack: stackOf(cause) })),
      },
      calls,
      queries: raw.queries,
      outbound: raw.outbound,
      logs: raw.logs,
      droppedEvents: raw.droppedEvents,
      process: {
        ...raw.process,
        rssBytes: process.memoryUsage.rss(),
        eventLoopDelayP99Ns: eventLoopDelayP99Ns(),
      },
      mode,
      redactions: 0,
      captureNs: raw.captureNs,
    };
    return { before, snapshot: redactSnapshot(before, capture.policy, secrets) };
  };
}

/** Functions of the frames, innermost first; of a stack that is text those that are the service's own, by name and line. */
function idsOf(error: RawError | null, stack: SnapshotFrame[], registry: Registry): number[] {
  const ids =
    typeof error?.stack === 'string'
      ? stack.map(({ functionName, file, line }) => registry.ownFunctionAt(file, functionName, line))
      : (error?.stack ?? []).map((frame) => locateFrame(frame, (path) => registry.moduleAt(path)));
  return ids.filter((id) => id !== null);
}

/** The innermost function of the service's own, by the stack; else by the exits. */
function throwingFunction(stackIds: number[], calls: RawCall[], registry: Registry): number | null {
  const isOwn = (id: number) => registry.isKnown(id) && registry.describe(id).package === null;
  const threw = calls.filter((call) => call.threw).map(({ id }) => id);
  return stackIds.find(isOwn) ?? threw.find(isOwn) ?? stackIds[0] ?? threw[0] ?? null;
}

/** Calls that ended before the one that the error comes from had other errors, which were handled. */
function pathOf(calls: RawCall[], stackIds: number[]): RawCall[] {
  const first = calls.findIndex(({ id, threw }) => threw && stackIds.includes(id));
  return first <= 0 ? calls : calls.filter((call, i) => i >= first || !call.threw);
}

function describeCall(call: RawCall, registry: Registry): SnapshotCall[] {
  const { id, durationNs, endNs, threw } = call;
  if (!registry.isKnown(id)) return [];
  const names = registry.parametersOf(id);
  const values = call.arguments && names.map((name, i) => ({ name, value: call.arguments![i] ?? UNDEFINED }));
  return [{ function: placeOf(registry.describe(id)), durationNs, endNs, threw, arguments: values }];
}

const UNDEFINED: CapturedNode = { type: 'undefined' };

function placeOf({ id: _, ...place }: SensorFunction): FunctionPlace {
  return place;
}

/** "at async f (FILE:1:2)", "at FILE:1:2". */
const FRAME = /^\s*at (async )?(?:(.*) \()?(.*?):(\d+):(\d+)\)?$/;

function original(stack: RawError['stack'], areOriginal: boolean, registry: Registry): SnapshotFrame[] {
  if (stack === null) return [];
  if (typeof stack !== 'string') {
    return stack.map(({ functionName, file, line, column, isAsync }) => {
      return { functionName, ...registry.originalPlace(file, line, column, 'instrumented'), isAsync };
    });
  }
  return stack.split('\n').flatMap((text): SnapshotFrame[] => {
    const [, isAsync, functionName = '', file, line, column] = FRAME.exec(text) ?? [];
    if (file === undefined) return [];
    const place = registry.originalPlace(file, Number(line), Number(column), areOriginal ? 'original' : 'source');
    return [{ functionName, ...place, isAsync: isAsync !== undefined }];
  });
}
