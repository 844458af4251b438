// Statements of SQLite in the program's own process, whose methods are native: those of node:sqlite and better-sqlite3 are
// stood in for at their prototypes. Those of @photostructure/sqlite, which has the API of node:sqlite, cannot be changed
// there: each database and statement is given methods of its own, which no loop over properties shows.

import diagnostics from 'node:diagnostics_channel';
import module from 'node:module';
import { lookLike } from '../../load/function-text.js';
import { onBuiltinModule } from '../../load/load-hook.js';
import { guarded } from '../../measure/clock.js';
import { currentFlow } from '../current-flow.js';
import type { Enter } from '../probes.js';
import { beginQuery, endQuery } from '../waiting-events.js';

const { apply } = Reflect;
const { getBuiltinModule } = process as { getBuiltinModule?: (name: string) => unknown };
const { getOwnPropertyDescriptor, getPrototypeOf, defineProperty, defineProperties } = Object;
type Method = (this: object, ...parameters: unknown[]) => unknown;

const READS = ['all', 'get', 'run', 'iterate'];

export function sqliteProbes(): Record<string, Enter> {
  /** Prototypes whose methods are stood in for. */
  const followed = new WeakSet<object>();
  const follow = (prototype: object | undefined, methods: (of: object) => PropertyDescriptorMap) => {
    if (prototype === undefined || followed.has(prototype)) return;
    followed.add(prototype);
    defineProperties(prototype, methods(prototype));
  };
  onNodeSqlite(({ DatabaseSync, StatementSync }) => {
    follow(DatabaseSync?.prototype, execOf);
    follow(StatementSync?.prototype, (of) => readsOf(of, sourceSqlOf));
  });
  return {
    'sqlite.open': () => (database, threw) => {
      if (!threw && typeof database === 'object' && database !== null) followDatabase(database);
    },
    'better-sqlite3.open': (database) => {
      for (let one: object | null = database ?? null; one !== null; one = getPrototypeOf(one))
        if (getOwnPropertyDescriptor(one, 'exec')) return follow(one, execOf);
    },
    'better-sqlite3.prepare': () => (statement, threw) => {
      if (!threw) follow(getPrototypeOf(statement), (of) => readsOf(of, (one) => (one as { source: string }).source));
    },
  };
}

interface NodeSqlite {
  DatabaseSync?: { prototype: object };
  StatementSync?: { prototype: object };
}

/** Told when the program gets the module from Node, which warns whoever loads it before version 24. */
function onNodeSqlite(loaded: (sqlite: NodeSqlite) => void): void {
  onBuiltinModule((url) => {
    if (url === 'node:sqlite') loaded(getBuiltinModule?.('node:sqlite') as NodeSqlite);
  });
  // Where loader hooks are in this thread, they see what is required too. A subscription stands in the stack of each
  // module that is required, and takes time of it.
  if ('registerHooks' in module) return;
  diagnostics.subscribe(
    'tracing:module.require:end',
    guarded((message) => {
      const { id, result } = message as { id?: unknown; result?: NodeSqlite };
      if (id === 'node:sqlite' && result) loaded(result);
    }),
  );
}

function sourceSqlOf(statement: object): string {
  return (statement as { sourceSQL: string }).sourceSQL;
}

/** Of a class whose prototypes cannot be changed; a subclass, which may have methods of its own, is left alone. */
function followDatabase(database: object): void {
  const prototype = getPrototypeOf(database);
  const prepare: Method | undefined = getOwnPropertyDescriptor(prototype, 'prepare')?.value;
  if (typeof prepare !== 'function' || getOwnPropertyDescriptor(prototype, 'exec') === undefined) return;
  const reads = new WeakMap<object, PropertyDescriptorMap>();
  const followed = {
    prepare(this: object, ...parameters: unknown[]) {
      const statement = apply(prepare, this, parameters) as { sourceSQL: string };
      const of = getPrototypeOf(statement);
      let methods = reads.get(of);
      if (methods === undefined) {
        methods = ownProperties(readsOf(of, sourceSqlOf));
        reads.set(of, methods);
      }
      return defineProperties(statement, methods);
    },
  }.prepare;
  defineProperty(followed, 'length', { value: prepare.length });
  defineProperties(database, ownProperties({ prepare: { value: lookLike(prepare, followed) }, ...execOf(prototype) }));
}

/** As the program may change them, and no loop over properties shows them. */
function ownProperties(methods: PropertyDescriptorMap): PropertyDescriptorMap {
  const own = Object.entries(methods).map(([name, { value }]) => [name, { value, writable: true, configurable: true }]);
  return Object.fromEntries(own);
}

function execOf(prototype: object): PropertyDescriptorMap {
  const descriptor = getOwnPropertyDescriptor(prototype, 'exec');
  return descriptor === undefined ? {} : { exec: { ...descriptor, value: standIn('exec', descriptor.value, null) } };
}

/** Descriptors of the reading methods of a statement's prototype, for it or for a statement itself. */
function readsOf(prototype: object, textOf: (statement: object) => string): PropertyDescriptorMap {
  const methods: PropertyDescriptorMap = {};
  for (const name of READS) {
    const descriptor = getOwnPropertyDescriptor(prototype, name);
    const native: Method | undefined = descriptor?.value;
    if (typeof native !== 'function') continue;
    methods[name] = { ...descriptor, value: standIn(name, native, textOf) };
  }
  return methods;
}

/** A method that tells of its query. `textOf` is given the statement; null where the text is the first parameter. */
function standIn(name: string, native: Method, textOf: ((statement: object) => string) | null): Method {
  const method = {
    [name](this: object, ...parameters: unknown[]) {
      const flow = currentFlow();
      if (flow === undefined) return apply(native, this, parameters);
      const text = textOf === null ? String(parameters[0]) : textOf(this);
      const event = beginQuery(flow, 'sqlite', text, textOf === null ? [] : parameters);
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
