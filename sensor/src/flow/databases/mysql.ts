// Queries and prepared statements of mysql2. A command has one callback, which its promises and pools use too.

import { currentFlow } from '../current-flow.js';
import { type Enter, within } from '../probes.js';
import { beginQuery, endQuery } from '../waiting-events.js';

const { apply } = Reflect;
type Callback = (this: unknown, ...parameters: unknown[]) => unknown;

export function mysqlProbes(): Record<string, Enter> {
  const asked = new WeakSet<object>();
  return {
    'mysql2.command': (_connection, [command]) => {
      const flow = currentFlow();
      if (flow === undefined || typeof command?.sql !== 'string' || asked.has(command)) return;
      asked.add(command);
      const callback: Callback | undefined = command.onResult;
      const event = beginQuery(flow, 'mysql', command.sql, command.values ?? []);
      if (typeof callback !== 'function') {
        // Rows come as events: the end is not waited for, since a listener would show.
        endQuery(flow, event, {});
        return;
      }
      command.onResult = function (this: unknown, ...parameters: unknown[]) {
        const [error, result] = parameters;
        const affected = (result as { affectedRows?: unknown } | null | undefined)?.affectedRows;
        endQuery(flow, event, { error, rows: result, rowCount: typeof affected === 'number' ? affected : null });
        const leave = within(flow);
        try {
          return apply(callback, this, parameters);
        } finally {
          leave();
        }
      };
    },
  };
}
