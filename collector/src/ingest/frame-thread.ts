// The thread on which windows are read: unpacked, checked, their numbers given the store's ids, and packed as the journal
// keeps them. That is milliseconds of work for each of thousands of functions, and leaves garbage that only this thread
// has to collect. It knows of each session what the sensor's numbers stand for, and nothing else.

import { answerQuestions } from '../asked-thread.js';
import { ProdlensError } from '../errors.js';
import { createNumbering, type Numbering } from '../numbering.js';
import { encodeWindow } from '../store/journal/window-record.js';
import { MINUTES_RETENTION_MINUTES } from '../store/retention.js';
import type { InstanceWindow, RecordedWindow } from '../store/store.js';
import { decodeSensorFrame } from './sensor-frame.js';

/** `session`: a number of its own for each socket. */
export type FrameQuestion =
  | { type: 'open'; session: number; instance: string; deploymentId: number }
  /** Of each three in turn: the sensor's number, the store's ids of the function and its file. */
  | { type: 'functions'; session: number; ids: Float64Array }
  /** Of each two in turn: the sensor's number, the store's id of the endpoint. */
  | { type: 'endpoints'; session: number; ids: Float64Array }
  | { type: 'window'; session: number; frame: Uint8Array; receivedUnixMs: number }
  | { type: 'end'; session: number };

export interface ReadWindow {
  window: RecordedWindow;
  /** Functions in it. */
  rows: number;
}

interface Session {
  instance: string;
  deploymentId: number;
  functions: Numbering;
  /** Of each in turn: the store's ids of the function and its file. */
  functionIds: Float64Array;
  endpoints: Map<number, number>;
}

/** Reasons in the facts that are kept. */
const SKIP_REASONS = 64;
const OLDEST_MS = MINUTES_RETENTION_MINUTES * 60_000;

const sessions = new Map<number, Session>();

function answer(question: FrameQuestion): ReadWindow | null {
  if (question.type === 'open') {
    const { session, instance, deploymentId } = question;
    sessions.set(session, {
      ...{ instance, deploymentId },
      ...{ functions: createNumbering(), functionIds: new Float64Array(0), endpoints: new Map() },
    });
    return null;
  }
  if (question.type === 'end') {
    sessions.delete(question.session);
    return null;
  }
  const session = sessions.get(question.session);
  if (session === undefined) {
    if (question.type !== 'window') return null;
    // It was known to a thread that has ended: the sensor connects again.
    throw new Error('the session is unknown');
  }
  switch (question.type) {
    case 'functions':
      nameFunctions(session, question.ids);
      return null;
    case 'endpoints':
      for (let i = 0; i < question.ids.length; i += 2) session.endpoints.set(question.ids[i]!, question.ids[i + 1]!);
      return null;
    default:
      return read(session, question.frame, question.receivedUnixMs);
  }
}

function read(session: Session, frame: Uint8Array, receivedUnixMs: number): ReadWindow {
  const message = decodeSensorFrame(frame, true);
  if (message.type !== 'window') throw new ProdlensError('PRODLENS_ERR_MESSAGE', 'The frame has two types');
  const { rows, edges, ...head } = windowOf(session, message, receivedUnixMs);
  const record = encodeWindow({ rows, edges, ...head });
  return { window: { ...head, record }, rows: rows.length };
}

function windowOf(
  session: Session,
  window: Extract<ReturnType<typeof decodeSensorFrame>, { type: 'window' }>,
  receivedUnixMs: number,
): InstanceWindow {
  const endUnixMs = Math.round(receivedUnixMs - Math.min(window.ageMs, OLDEST_MS));
  const named = (id: number) => functionNamed(session, id);
  return {
    instance: session.instance,
    deploymentId: session.deploymentId,
    sequence: window.sequence,
    startUnixMs: Math.round(endUnixMs - Math.min(window.durationMs, OLDEST_MS)),
    endUnixMs,
    receivedUnixMs,
    rows: window.rows.map((totals) => {
      const { functionId, fileId } = named(totals.id);
      return { functionId, fileId, totals };
    }),
    edges: window.edges.map(({ caller, callee, calls, sumNs }) => ({
      callerId: named(caller).functionId,
      calleeId: named(callee).functionId,
      calls,
      sumNs,
    })),
    endpoints: window.endpoints.map(({ id, ...totals }) => ({ endpointId: endpointNamed(session, id), totals })),
    endpointFunctions: window.endpointFunctions.map(({ endpoint, function: id, ...totals }) => ({
      endpointId: endpointNamed(session, endpoint),
      functionId: named(id).functionId,
      totals,
    })),
    process: window.process,
    facts: {
      ...window.facts,
      skipped: firstOf(window.facts.skipped),
      unknownLibraries: firstOf(window.facts.unknownLibraries),
    },
  };
}

function nameFunctions(session: Session, ids: Float64Array): void {
  const { functions } = session;
  for (let i = 0; i < ids.length; i += 3) {
    const at = 2 * functions.add(ids[i]!);
    if (at >= session.functionIds.length) {
      const larger = new Float64Array(Math.max(at + 2, Math.ceil(1.25 * at), (2 * (ids.length - i)) / 3 + at));
      larger.set(session.functionIds);
      session.functionIds = larger;
    }
    session.functionIds.set(ids.subarray(i + 1, i + 3), at);
  }
}

function functionNamed({ functions, functionIds }: Session, id: number): { functionId: number; fileId: number } {
  const at = 2 * functions.positionOf(id);
  if (at >= 0) return { functionId: functionIds[at]!, fileId: functionIds[at + 1]! };
  throw new ProdlensError('PRODLENS_ERR_FUNCTION_UNNAMED', `The window names function ${id}, which is unknown`);
}

function endpointNamed({ endpoints }: Session, id: number): number {
  const found = endpoints.get(id);
  if (found !== undefined) return found;
  throw new ProdlensError('PRODLENS_ERR_ENDPOINT_UNNAMED', `The window names endpoint ${id}, which is unknown`);
}

function firstOf(counts: Record<string, number>): Record<string, number> {
  return Object.fromEntries(Object.entries(counts).slice(0, SKIP_REASONS));
}

answerQuestions(answer, { moved: (given) => (given === null ? [] : [given.window.record.buffer as ArrayBuffer]) });
