// Statements of @photostructure/sqlite, which has the API of node:sqlite. Its methods are native and its prototypes cannot
// be changed: each database and statement is given methods of its own, which no loop over properties shows.

import { lookLike } from '../../load/function-text.js';
import { currentFlow } from '../current-flow.js';
import type { Enter } from '../probes.js';
import { beginQuery, endQuery } from '../waiting-events.js';

const { apply } = Reflect;
const { getOwnPropertyDescriptor, getPrototypeOf, defineProperty, defineProperties } = Object;
type Method = (this: object, ...parameters: unknown[]) => unknown;

const READS = ['all', 'get', 'run'];

export function sqliteProbes(): Record<string, Enter> {
  return {
    'sqlite.open': () => (database, threw) => {
      if (!threw && typeof database === 'object' && database !== null) followDatabase(database);
    },
  };
}

/** Of a class whose prototypes cannot be changed; a subclass, which may have methods of its own, is left alone. */
function followDatabase(database: object): void {
  const prototype = getPrototypeOf(database);
  const prepare: Method | undefined = getOwnPropertyDescriptor(prototype, 'prepare')?.value;
  const exec: Method | undefined = getOwnPropertyDescriptor(prototype, 'exec')?.value;
  if (typeof prepare !== 'function' || typeof exec !== 'function') return;
  const reads = new WeakMap<object, PropertyDescriptorMap>();
  const followed = {
    prepare(this: object, ...parameters: unknown[]) {
      const statement = apply(prepare, this, parameters) as { sourceSQL: string };
      const of = getPrototypeOf(statement);
      let methods = reads.get(of);
      if (methods === undefined) {
        methods = readsOf(of);
        reads.set(of, methods);
      }
      return defineProperties(statement, methods);
    },
  }.prepare;
  defineProperty(followed, 'length', { value: prepare.length });
  defineProperties(database, {
    prepare: { value: lookLike(prepare, followed), writable: true, configurable: true },
    exec: { value: standIn('exec', exec, (text) => String(text), false), writable: true, configurable: true },
  });
}

/** Descriptors of the reading methods of a statement's prototype, as properties of the statement itself. */
function readsOf(prototype: object): PropertyDescriptorMap {
  const methods: PropertyDescriptorMap = {};
  for (const name of READS) {
    const native: Method | undefined = getOwnPropertyDescriptor(prototype, name)?.value;
    if (typeof native !== 'function') continue;
    const value = standIn(name, native, (statement) => (statement as { sourceSQL: string }).sourceSQL, true);
    methods[name] = { value, writable: true, configurable: true };
  }
  return methods;
}

/** A method that tells of its query. `textOf` is given the statement, or where it has none the first parameter. */
function standIn(name: string, native: Method, textOf: (from: never) => string, isStatement: boolean): Method {
  const method = {
    [name](this: object, ...parameters: unknown[]) {
      const flow = currentFlow();
      if (flow === undefined) return apply(native, this, parameters);
      const text = textOf((isStatement ? this : parameters[0]) as never);
      const event = beginQuery(flow, 'sqlite', text, isStatement ? parameters : []);
      try {
        const result = apply(native, this, parameters);
        endQuery(flow, event, answerOf(name, result));
        return result;
      } catch (error) {
        endQuery(flow, event, { error });
        throw error;
      }
    },
  }[name]!;
  defineProperty(method, 'length', { value: native.length });
  return lookLike(native, method);
}

function answerOf(name: string, result: unknown): { rows?: unknown; rowCount?: number } {
  if (name === 'all') return { rows: result };
  if (name === 'get') return { rows: result === undefined ? [] : [result] };
  const changes = (result as { changes?: unknown } | undefined)?.changes;
  return changes === undefined ? {} : { rowCount: Number(changes) };
}
