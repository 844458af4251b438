// A whole snapshot, before and after redaction. Every text of it that comes from the program's data passes here; names that
// are identifiers, files and places do not: they leave with every report.

import type { CapturedValue } from '../snapshot/captured-value.js';
import type {
  Snapshot,
  SnapshotCause,
  SnapshotOutbound,
  SnapshotQuery,
  SnapshotRequest,
} from '../snapshot/snapshot.js';
import { shapeOf, type ValueRedactor, valueRedactor } from './redact-value.js';
import type { RedactionPolicy } from './redaction-policy.js';
import { secretIn, secretInName, secretInPath } from './secret-texts.js';
import { secretColumns, withoutLiterals } from './sql-text.js';

/** UTF-16 units of a query's text, an address, a message of an event. */
const LINE_LENGTH = 4_096;

/** The snapshot as it may leave. `environmentSecrets`: values that are secret wherever they turn up. */
export function redactSnapshot(
  snapshot: Snapshot,
  policy: RedactionPolicy,
  environmentSecrets: readonly string[] = [],
): Snapshot {
  const redact = valueRedactor(policy, environmentSecrets);
  collect(snapshot, redact);
  const redacted = throughAll(snapshot, redact);
  const shown = snapshot.mode === 'shape' ? shapeOfSnapshot(redacted) : redacted;
  return { ...shown, redactions: redact.redactions };
}

function collect(snapshot: Snapshot, redact: ValueRedactor): void {
  const { request, attributes, error, calls, queries, outbound, logs } = snapshot;
  if (request) {
    redact.collectText(request.path);
    for (const part of REQUEST_PARTS) redact.collect(request[part], ['request', part]);
  }
  redact.collect(attributes, ['attributes']);
  if (error) redact.collect(error.properties, ['error']);
  for (const { message } of error ? [error, ...error.causes] : []) redact.collect(message, ['error', 'message']);
  for (const call of calls) {
    const named = (call.arguments ?? []).map(({ name, value }): [CapturedValue, CapturedValue] => [name, value]);
    redact.collect({ type: 'Object', entries: named }, ['arguments']);
  }
  for (const { text, parameters, answer } of queries) {
    redact.collectText(text);
    redact.collect(parameters, ['query', 'parameters']);
    redact.collect(answer, ['query', 'answer']);
  }
  for (const { url } of outbound) redact.collectText(url);
  for (const { message } of logs) redact.collect(message, ['log']);
}

const REQUEST_PARTS = ['params', 'query', 'headers', 'body'] as const;

function throughAll(snapshot: Snapshot, redact: ValueRedactor): Snapshot {
  const { request, error } = snapshot;
  const line = (text: string) => redact.text(text).slice(0, LINE_LENGTH);
  return {
    ...snapshot,
    flow: snapshot.flow && { ...snapshot.flow, route: line(snapshot.flow.route) },
    request: request && redactRequest(request, redact, line),
    attributes: redact.value(snapshot.attributes, ['attributes']),
    error: error && {
      ...redactCause(error, redact),
      properties: redact.value(error.properties, ['error']),
      causes: error.causes.map((cause) => redactCause(cause, redact)),
    },
    calls: snapshot.calls.map((call) => ({
      ...call,
      arguments:
        call.arguments?.map(({ name, value }) => {
          const node = redact.value({ type: 'Object', entries: [[name, value]] }, ['arguments']);
          return { name, value: entryOf(node) };
        }) ?? null,
    })),
    queries: snapshot.queries.map((query) => redactQuery(query, redact, line)),
    outbound: snapshot.outbound.map((call) => redactOutbound(call, line)),
    logs: snapshot.logs.map((log) => ({ ...log, message: redact.value(log.message, ['log']) })),
  };
}

/** The one value of an object with one entry, also where the object as a whole was hidden. */
function entryOf(node: CapturedValue): CapturedValue {
  return node !== null && typeof node === 'object' ? (node.entries?.[0]?.[1] ?? node) : node;
}

function redactRequest(
  request: SnapshotRequest,
  redact: ValueRedactor,
  line: (text: string) => string,
): SnapshotRequest {
  return {
    path: line(request.path),
    params: redact.value(request.params, ['request', 'params']),
    query: redact.value(request.query, ['request', 'query']),
    headers: redact.value(request.headers, ['request', 'headers']),
    body: redact.value(request.body, ['request', 'body']),
  };
}

function redactCause<T extends SnapshotCause>(cause: T, redact: ValueRedactor): T {
  const stack = cause.stack.map((frame) => ({
    ...frame,
    functionName: redact.name(frame.functionName),
    file: redact.path(frame.file),
  }));
  return { ...cause, type: redact.name(cause.type), stack, message: redact.value(cause.message, ['error', 'message']) };
}

function redactOutbound(call: SnapshotOutbound, line: (text: string) => string): SnapshotOutbound {
  return { ...call, url: line(call.url), error: call.error === null ? null : line(call.error) };
}

const SQL_SYSTEM = /postgres|mysql|maria|sqlite|mssql|sql|oracle|db2|cockroach/i;

function redactQuery(query: SnapshotQuery, redact: ValueRedactor, line: (text: string) => string): SnapshotQuery {
  const isSql = SQL_SYSTEM.test(query.system);
  const sql = isSql
    ? withoutLiterals(query.text, /postgres|cockroach/i.test(query.system) ? 'names' : 'literals')
    : null;
  const { namesSecret, aliases } = secretColumns(query.text);
  return {
    ...query,
    text: line(sql?.text ?? query.text),
    // Which parameter belongs to the secret column is not known.
    parameters: redact.value(query.parameters, ['query', 'parameters'], { isSecret: namesSecret }),
    answer: redact.value(query.answer, ['query', 'answer'], {
      names: aliases,
      isSecret: namesSecret && hasRowsWithoutNames(query.answer),
    }),
    error: query.error === null ? null : line(query.error),
  };
}

/** Rows as arrays, or a single value: nothing says which of it is the secret column. */
function hasRowsWithoutNames(answer: CapturedValue): boolean {
  if (answer === null || typeof answer !== 'object') return true;
  if (answer.entries) return false;
  return (answer.items ?? []).some((row) => row === null || typeof row !== 'object' || row.items !== undefined);
}

function shapeOfSnapshot(snapshot: Snapshot): Snapshot {
  const { request, error } = snapshot;
  const cause = <T extends SnapshotCause>(one: T): T => ({ ...one, message: shapeOf(one.message) });
  return {
    ...snapshot,
    request: request && {
      path: '',
      params: shapeOf(request.params),
      query: shapeOf(request.query),
      headers: shapeOf(request.headers),
      body: shapeOf(request.body),
    },
    attributes: shapeOf(snapshot.attributes),
    error: error && { ...cause(error), properties: shapeOf(error.properties), causes: error.causes.map(cause) },
    calls: snapshot.calls.map((call) => ({
      ...call,
      arguments: call.arguments?.map(({ name, value }) => ({ name, value: shapeOf(value) })) ?? null,
    })),
    queries: snapshot.queries.map((query) => ({
      ...query,
      parameters: shapeOf(query.parameters),
      answer: shapeOf(query.answer),
      error: query.error === null ? null : '',
    })),
    outbound: snapshot.outbound.map((call) => ({
      ...call,
      url: /^[a-z+]+:\/\/[^/?#]*/i.exec(call.url)?.[0] ?? '',
      error: call.error === null ? null : '',
    })),
    logs: snapshot.logs.map((log) => ({ ...log, message: shapeOf(log.message) })),
  };
}

/**
 * What a receiver refuses: a text that still holds a key, a token, a card number or a password under its name, with the
 * place. null where there is nothing. E-mail and IP addresses are the sender's decision.
 */
export function secretInSnapshot(snapshot: Snapshot): string | null {
  let found: string | null = null;
  (function search(value: unknown, at: string): void {
    if (found !== null) return;
    if (typeof value === 'string' || (typeof value === 'number' && value > 1e12)) {
      const reason = (LOOKS[/\w*$/.exec(at)![0]] ?? secretIn)(String(value));
      if (reason !== null) found = `${at} looks like a ${reason === 'name' ? 'secret with its name' : reason}`;
    } else if (Array.isArray(value)) {
      for (const [i, item] of value.entries()) search(item, `${at}[${i}]`);
    } else if (value !== null && typeof value === 'object') {
      for (const [key, item] of Object.entries(value)) search(item, at === '' ? key : `${at}.${key}`);
    }
  })(contentOf(snapshot), '');
  return found;
}

/** What is looked at as a name. */
const LOOKS: Record<string, (text: string) => string | null> = {
  type: secretInName,
  functionName: secretInName,
  file: secretInPath,
};

/** Without fingerprints and the places of functions, which are hashes and names that leave with every report. */
function contentOf({ flow, request, attributes, error, calls, queries, outbound, logs }: Snapshot) {
  const cause = ({ type, message, stack }: SnapshotCause) => {
    return { type, message, stack: stack.map(({ functionName, file }) => ({ functionName, file })) };
  };
  return {
    flow: flow && { route: flow.route },
    request,
    attributes,
    error: error && { ...cause(error), properties: error.properties, causes: error.causes.map(cause) },
    calls: calls.map((call) => ({ arguments: call.arguments })),
    queries: queries.map(({ text, parameters, answer, error: message }) => ({ text, parameters, answer, message })),
    outbound: outbound.map(({ url, error: message }) => ({ url, message })),
    logs: logs.map(({ message }) => message),
  };
}
