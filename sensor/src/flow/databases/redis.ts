// Commands of ioredis and of redis (node-redis). Each waits in a queue of its library with the two functions that settle
// its promise: these tell of the end, so that the promise itself is left alone.

import { currentFlow } from '../current-flow.js';
import type { Enter } from '../probes.js';
import { beginQuery, endQuery } from '../waiting-events.js';

interface Waiting {
  resolve: (value: unknown) => unknown;
  reject: (error: unknown) => unknown;
}

/** Settling it ends the query, too. */
function watch(waiting: Waiting, name: string, parameters: unknown): void {
  const flow = currentFlow();
  if (flow === undefined) return;
  const { resolve, reject } = waiting;
  const event = beginQuery(flow, 'redis', name, parameters);
  waiting.resolve = (value) => {
    endQuery(flow, event, { rows: Array.isArray(value) ? value : [value] });
    return resolve(value);
  };
  waiting.reject = (error) => {
    endQuery(flow, event, { error });
    return reject(error);
  };
}

export function redisProbes(): Record<string, Enter> {
  /** A command may be sent again. */
  const seen = new WeakSet<object>();
  const command = (waiting: unknown) => {
    if (!isWaiting(waiting) || !('args' in waiting) || !Array.isArray(waiting.args) || seen.has(waiting)) return;
    seen.add(waiting);
    const [name, ...parameters] = waiting.args;
    watch(waiting, String(name).toUpperCase(), parameters);
  };
  return {
    'ioredis.command': (_redis, [waiting]) => {
      if (!isWaiting(waiting) || seen.has(waiting)) return;
      seen.add(waiting);
      const { name, args } = waiting as Waiting & { name?: unknown; args?: unknown };
      watch(waiting, String(name).toUpperCase(), args);
    },
    'redis.push': (_list, [waiting]) => command(waiting),
    'redis.add': (_list, [waiting]) => command(waiting),
  };
}

function isWaiting(value: unknown): value is Waiting & object {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Waiting>).resolve === 'function' &&
    typeof (value as Partial<Waiting>).reject === 'function'
  );
}
