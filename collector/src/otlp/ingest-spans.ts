// Spans become functions: those whose attributes name a function and its file are counted as calls of it, in the minute
// of their receipt, so that the sender's clock counts only for how long they took. A process is one instance, as a
// sensor is. A span that comes again is not counted again, as far back as spans are remembered; one that cannot be
// counted is refused with the reason, and the others of its batch are counted all the same.

import { createHash } from 'node:crypto';
import type { FunctionPlace, SensorHello } from '@prodlens/protocol';
import { ProdlensError, quoted } from '../errors.js';
import { checkPlace } from '../http/access/authorize.js';
import type { GroupCommit } from '../ingest/group-commit.js';
import type { Quota } from '../ingest/quota.js';
import type { Metrics } from '../metrics.js';
import type { Store, Token } from '../store/store.js';
import { functionOf, identityOf } from './code-function.js';
import { createSpanLinks } from './span-links.js';
import {
  addEdge,
  createTotals,
  placeKey,
  type SpanSession,
  type StoredFunction,
  startOfWindow,
} from './span-session.js';
import type { ReceivedResource, ReceivedSpan } from './trace-request.js';

export interface SpanIngestOptions {
  store: Store;
  commits: GroupCommit;
  quota: Quota;
  metrics: Metrics;
  changed: (service: string, what: 'names' | 'numbers') => void;
  now: () => number;
}

/** Spans that were not counted though they should have been, and why. */
export interface Rejected {
  spans: number;
  /** '' when there are none. */
  message: string;
}

/** Durable when it resolves. Rejects when the store fails: the sender then sends all of it again. */
export type SpanIngest = (resources: ReceivedResource[], token: Token | null) => Promise<Rejected>;

/** Processes that are remembered; of more the one that sent longest ago is forgotten, and known again when it sends. */
const SESSIONS = 5_000;
/** Functions of one process, and of all that are remembered. */
const SESSION_FUNCTIONS = 65_536;
const REMEMBERED_FUNCTIONS = 1_048_576;
/** Spans that are remembered, of all processes: some minutes at a thousand a second. */
const SPANS = 131_072;
const LONGEST_NS = 2 ** 53;
const SPAN_ID = /^(?!0+$)[0-9a-f]{16}$/;
const TRACE_ID = /^(?!0+$)[0-9a-f]{32}$/;

type Row = StoredFunction & ReturnType<typeof createTotals>;

export function createSpanIngest({ store, commits, quota, metrics, changed, now }: SpanIngestOptions): SpanIngest {
  const sessions = new Map<string, SpanSession>();
  const links = createSpanLinks<StoredFunction>(SPANS);
  let opened = 0;
  let rememberedFunctions = 0;

  async function sessionOf(identity: SensorHello, token: Token | null): Promise<SpanSession> {
    checkPlace(token, identity);
    const key = JSON.stringify([identity.instance, identity.service, identity.environment, identity.version]);
    let session = sessions.get(key);
    sessions.delete(key);
    if (session === undefined) {
      await quota.admitInstance(token?.id ?? '', identity);
      const { deploymentId, lastSequence } = await store.openInstance(identity, now(), token?.id ?? '');
      changed(identity.service, 'names');
      // Another batch of the same process may have been quicker.
      session = sessions.get(key) ?? {
        ...{ number: ++opened, identity, deploymentId, sequence: lastSequence, batches: 0 },
        ...{ functions: new Map(), edges: new Map(), receivedUnixMs: null },
      };
    }
    sessions.set(key, session);
    session.batches++;
    forgetOldest();
    return session;
  }

  function forgetOldest(): void {
    for (const [key, { functions, batches }] of sessions) {
      if (sessions.size <= SESSIONS && rememberedFunctions <= REMEMBERED_FUNCTIONS) break;
      if (batches > 0) continue;
      sessions.delete(key);
      rememberedFunctions -= functions.size;
    }
  }

  /** Names those that the process has not named yet. */
  async function define(session: SpanSession, places: FunctionPlace[]): Promise<void> {
    const { functions, identity, deploymentId } = session;
    const unknown = [...new Map(places.map((place) => [placeKey(place), place]))].filter(
      ([key]) => !functions.has(key),
    );
    if (unknown.length === 0) return;
    if (functions.size + unknown.length > SESSION_FUNCTIONS) {
      throw new ProdlensError(
        'PRODLENS_ERR_TOO_MANY_FUNCTIONS',
        `More than ${SESSION_FUNCTIONS} functions of a process`,
      );
    }
    const named = unknown.map(([, place]) => ({ id: 0, ...place }));
    await quota.admitFunctions(identity.service, named);
    const ids = await store.defineFunctions(deploymentId, named);
    const before = functions.size;
    for (const [i, [key]] of unknown.entries()) functions.set(key, ids[i]!);
    rememberedFunctions += functions.size - before;
    changed(identity.service, 'names');
  }

  async function take({ attributes, spans }: ReceivedResource, token: Token | null): Promise<Rejected> {
    const identity = identityOf(attributes, derivedInstance);
    if (identity === null) return { spans: spans.length, message: 'The resource has no usable service.name' };
    const session = await sessionOf(identity, token);
    try {
      await count(session, spans.filter(isValid), now());
    } finally {
      session.batches--;
    }
    const invalid = spans.length - spans.filter(isValid).length;
    return { spans: invalid, message: invalid > 0 ? 'Spans have no valid ids, or end before they start' : '' };
  }

  async function count(session: SpanSession, spans: ReceivedSpan[], receivedUnixMs: number): Promise<void> {
    const placed = spans.map((span) => ({ span, place: functionOf(span.code, session.identity.root) }));
    await define(
      session,
      placed.flatMap(({ place }) => place ?? []),
    );
    const rows = new Map<number, Row>();
    const added: string[] = [];
    const outcomes = { counted: 0, repeated: 0, without_function: 0 };
    for (const { span, place } of placed) {
      const of = place === null ? null : session.functions.get(placeKey(place))!;
      const key = spanKey(session, span.traceId, span.spanId);
      const parentKey = span.parentSpanId === '' ? null : spanKey(session, span.traceId, span.parentSpanId);
      const called = (caller: StoredFunction) => addEdge(session, caller.functionId, of!.functionId, span.durationNs);
      const isNew = links.add({ key, parentKey, of, called });
      outcomes[!isNew ? 'repeated' : of === null ? 'without_function' : 'counted']++;
      if (!isNew) continue;
      added.push(key);
      if (of === null) continue;
      const row = rows.get(of.functionId) ?? { ...of, ...createTotals() };
      rows.set(of.functionId, row);
      row.add(span.durationNs, span.failed);
    }
    try {
      if (rows.size > 0) await commit(session, [...rows.values()], receivedUnixMs);
    } catch (error) {
      // They come again. Of calls whose callee came in an earlier batch, the caller is lost.
      links.forget(added);
      throw error;
    }
    for (const [outcome, n] of Object.entries(outcomes)) metrics.spans.inc({ outcome }, n);
  }

  async function commit(session: SpanSession, rows: Row[], receivedUnixMs: number): Promise<void> {
    const durable = metrics.ingestLag.startTimer({ source: 'otlp' });
    const counted = rows.map(({ functionId, fileId, totals }) => ({ functionId, fileId, totals: totals() }));
    const longestNs = Math.max(...counted.map(({ totals }) => totals.maxNs));
    const startUnixMs = startOfWindow(session, receivedUnixMs, longestNs);
    const edges = [...session.edges.values()];
    session.edges.clear();
    session.receivedUnixMs = receivedUnixMs;
    const { identity, deploymentId } = session;
    await commits.add({
      ...{ instance: identity.instance, deploymentId, sequence: ++session.sequence },
      ...{ startUnixMs, endUnixMs: receivedUnixMs, receivedUnixMs, rows: counted, edges },
      ...{ facts: null, process: null },
    });
    durable();
    metrics.ingestWindows.inc({ source: 'otlp' });
    metrics.ingestRows.inc({ source: 'otlp' }, counted.length);
    changed(identity.service, 'numbers');
  }

  return async (resources, token) => {
    const rejected: Rejected = { spans: 0, message: '' };
    for (const resource of resources) {
      const { spans, message } = await take(resource, token).catch((error: unknown) => {
        if (!(error instanceof ProdlensError)) throw error;
        metrics.refused.inc({ code: error.code });
        return { spans: resource.spans.length, message: `${error.code}: ${error.message}` };
      });
      metrics.spans.inc({ outcome: 'rejected' }, spans);
      rejected.spans += spans;
      rejected.message ||= quoted(message, 400);
    }
    return rejected;
  };
}

function isValid({ traceId, spanId, durationNs }: ReceivedSpan): boolean {
  return TRACE_ID.test(traceId) && SPAN_ID.test(spanId) && durationNs >= 0 && durationNs <= LONGEST_NS;
}

/** The second half of the trace's id is random; the ids of spans are, within a trace. */
function spanKey({ number }: SpanSession, traceId: string, spanId: string): string {
  return `${number} ${traceId.slice(16)}${spanId}`;
}

/** The instance of a process that does not name itself. */
function derivedInstance(of: string): string {
  return `otlp-${createHash('sha256').update(of).digest('hex').slice(0, 24)}`;
}
