// Commands of mongodb, as its connections send them. What a driver of version 6 or newer is answered stays bytes until the
// program asks for a document: the sample of an answer is of those that it asked for, so that none is decoded for it.

import { ownValue } from '../beginnings/http-server.js';
import { currentFlow } from '../current-flow.js';
import type { QueryEvent } from '../flow.js';
import { SAMPLE_ROWS } from '../flow.js';
import type { Enter } from '../probes.js';
import { type Answer, beginQuery, endQuery } from '../waiting-events.js';

const { apply } = Reflect;
/** About the connection itself. */
const OF_CONNECTIONS = new Set([
  'hello',
  'ismaster',
  'isMaster',
  'saslStart',
  'saslContinue',
  'endSessions',
  'killCursors',
]);

interface Namespace {
  db?: unknown;
}

export function mongoProbes(): Record<string, Enter> {
  /** By answer: the command whose documents it holds. */
  const answered = new WeakMap<object, QueryEvent>();
  return {
    'mongodb.command': (_connection, [namespace, command]) => {
      const flow = currentFlow();
      if (flow === undefined || typeof command !== 'object' || command === null) return;
      const name = Object.keys(command)[0] ?? '';
      if (OF_CONNECTIONS.has(name)) return;
      const target = name === 'getMore' ? command.collection : command[name];
      const of = typeof target === 'string' ? `.${target}` : '';
      const text = `${name} ${String((namespace as Namespace)?.db)}${of}`;
      const event = beginQuery(flow, 'mongodb', text, withDocuments(command));
      return (result, threw) => {
        if (threw) endQuery(flow, event, { error: result });
        else {
          endQuery(flow, event, answerOf(result));
          if (event.rows !== null && isObject(result)) answered.set(result, event);
        }
      };
    },
    'mongodb.document': (answer) => {
      const event = answered.get(answer);
      if (event?.rows == null || event.rows.length >= SAMPLE_ROWS) return;
      const { rows } = event;
      return (document, threw) => {
        if (!threw && document !== null) rows.push(document);
      };
    },
  };
}

/** The command; where it has documents beside their bytes, as it sends many, with the documents. */
function withDocuments(command: Record<string, unknown>): Record<string, unknown> {
  let parameters = command;
  for (const [name, value] of Object.entries(command)) {
    const documents = isObject(value) && ownValue(value, 'field') === name ? ownValue(value, 'documents') : undefined;
    if (Array.isArray(documents)) parameters = { ...parameters, [name]: documents };
  }
  return parameters;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What connections answer; of version 6 and newer with methods that read its bytes. */
interface AnswerOfServer {
  batchSize?: unknown;
  cursor?: { firstBatch?: unknown; nextBatch?: unknown };
  get?(name: string, type: number): AnswerOfServer | null;
  getNumber?(name: string): number | null;
}
/** Of BSON. */
const DOCUMENT = 3;

/** Documents read, where the answer is a cursor's; else how many were found or changed, and the one that is given back. */
function answerOf(answer: unknown): Answer {
  if (!isObject(answer)) return {};
  const { batchSize, cursor } = answer as AnswerOfServer;
  if (typeof batchSize === 'number') return { rows: [], rowCount: batchSize };
  const { get, getNumber } = answer as AnswerOfServer;
  if (get && getNumber) {
    const of = apply(get, answer, ['lastErrorObject', DOCUMENT]) ?? (answer as AnswerOfServer);
    return { rowCount: of.getNumber?.('n') ?? null };
  }
  const batch = cursor?.firstBatch ?? cursor?.nextBatch;
  if (Array.isArray(batch)) return { rows: batch };
  const [count, value] = [ownValue(answer, 'n'), ownValue(answer, 'value')];
  const rows = isObject(value) ? [value] : undefined;
  return typeof count === 'number' ? { rowCount: count, rows } : { rows };
}
