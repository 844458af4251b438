// Queries of pg: from the moment at which the program asks for them (waiting for a connection that is busy included) to
// the server's last word. What the program does with an answer runs in the flow that asked.

import { ownValue } from '../beginnings/http-server.js';
import { currentFlow } from '../current-flow.js';
import { type Flow, type QueryEvent, SAMPLE_ROWS } from '../flow.js';
import { type Enter, within } from '../probes.js';
import { beginQuery, endQuery } from '../waiting-events.js';

type Cursor = Query & { _rows?: unknown[] };
type Query = { text?: unknown; values?: unknown; _result?: { rows?: unknown; rowCount?: unknown } };

export function postgresProbes(): Record<string, Enter> {
  const asked = new WeakMap<Query, { flow: Flow; event: QueryEvent }>();
  return {
    'pg.queue': (client) => {
      // Called when a query has been put into the queue, and when the next may go.
      const queue = ownValue(client, '_queryQueue') ?? ownValue(client, 'queryQueue');
      const query: Query | undefined = Array.isArray(queue) ? queue.at(-1) : undefined;
      const flow = query && currentFlow();
      if (flow === undefined || asked.has(query!)) return;
      const { text, values } = query!;
      if (typeof text !== 'string') return;
      asked.set(query!, { flow, event: beginQuery(flow, 'postgresql', text, values ?? []) });
    },
    'pg.end': (query: Query) => {
      const found = asked.get(query);
      if (found === undefined) return;
      const { rows, rowCount } = query._result ?? {};
      endQuery(found.flow, found.event, { rows, rowCount: typeof rowCount === 'number' ? rowCount : null });
      return within(found.flow);
    },
    'cursor.rows': (cursor: Cursor) => {
      const found = asked.get(cursor);
      if (found === undefined) return;
      const { event } = found;
      event.rows ??= [];
      event.rows.push(...cursor._rows!.slice(0, SAMPLE_ROWS - event.rows.length));
      event.rowCount = (event.rowCount ?? 0) + cursor._rows!.length;
      return within(found.flow);
    },
    'cursor.end': (cursor: Cursor) => {
      const found = asked.get(cursor);
      if (found === undefined) return;
      const { rows, rowCount } = found.event;
      endQuery(found.flow, found.event, { rows, rowCount });
      return within(found.flow);
    },
    'cursor.error': (cursor: Cursor, [error]) => {
      const found = asked.get(cursor);
      if (found === undefined) return;
      endQuery(found.flow, found.event, { error });
      return within(found.flow);
    },
    'pg.error': (query: Query, [error]) => {
      const found = asked.get(query);
      if (found === undefined) return;
      endQuery(found.flow, found.event, { error });
      return within(found.flow);
    },
  };
}
