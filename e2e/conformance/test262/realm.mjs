// A realm of its own for each run of a test: an ordinary global object with what test262 wants of a host, its own map
// of modules, and, where the run is an instrumented one, the sensor's globals and its Function.prototype.toString.
// Every text that the realm evaluates goes through `rewrite`, which instruments it or leaves it as it is.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';
import { restoreFunctionText } from '../../../sensor/dist/load/function-text.js';
import { agentOf } from './agents.mjs';
import './modes.mjs'; // starts the runtime, whose globals are taken below

setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

/**
 * A new realm. `mode` is { isInstrumented, rewrite(text, path, format) }. What goes wrong in `compile`, `link` and
 * `evaluate` is thrown, as an error of the realm.
 */
export function createRealm(mode, print) {
  const global = vm.createContext(vm.constants.DONT_CONTEXTIFY);
  const modules = new Map();
  const evaluations = new Map();
  let lastLink = Promise.resolve();
  if (mode.isInstrumented) measure(global);

  const importModuleDynamically = (from) => async (specifier, _referrer, attributes) => {
    const module = moduleAt(specifier, from, attributes);
    await link(module);
    await evaluate(module);
    return module;
  };
  const compile = (text, path) =>
    own(
      () =>
        new vm.Script(mode.rewrite(text, path, 'commonjs'), {
          filename: path,
          importModuleDynamically: importModuleDynamically(path),
        }),
    );
  const run = (script) => script.runInContext(global);

  function moduleOf(text, path) {
    const module = own(
      () =>
        new vm.SourceTextModule(mode.rewrite(text, path, 'module'), {
          context: global,
          identifier: path,
          importModuleDynamically: importModuleDynamically(path),
          initializeImportMeta: () => {},
        }),
    );
    modules.set(path, module);
    return module;
  }

  function moduleAt(specifier, from, attributes) {
    const path = resolve(dirname(from), specifier);
    const isJson = attributes?.type === 'json';
    const known = modules.get(isJson ? `${path} json` : path);
    if (known) return known;
    const text = readFileSync(path, 'utf8');
    return isJson ? jsonModule(text, path) : moduleOf(text, path);
  }

  function jsonModule(text, path) {
    const value = global.JSON.parse(text);
    const module = new vm.SyntheticModule(['default'], () => module.setExport('default', value), { context: global });
    modules.set(`${path} json`, module);
    return module;
  }

  /** One after the other: a module that is being linked for one importer must not be evaluated for the next. */
  function link(module) {
    const linked = lastLink.then(() => {
      if (module.status !== 'unlinked') return undefined;
      return module.link((specifier, { identifier }, { attributes }) => moduleAt(specifier, identifier, attributes));
    });
    lastLink = linked.catch(() => {});
    return linked.catch(throwOwn);
  }

  /** The promise of the first evaluation: a module that imports itself waits for it like everyone else. */
  function evaluate(module) {
    if (module.status === 'evaluating') return undefined;
    if (!evaluations.has(module)) evaluations.set(module, module.evaluate());
    return evaluations.get(module);
  }

  /** The result of `work`, or its error as one of the realm: Node's own compiler makes those of the main realm. */
  function own(work) {
    try {
      return work();
    } catch (error) {
      return throwOwn(error);
    }
  }
  function throwOwn(error) {
    if (error instanceof SyntaxError) throw new global.SyntaxError(error.message);
    throw error;
  }

  const host = {
    global,
    gc,
    createRealm: () => createRealm(mode, print).host,
    detachArrayBuffer: (buffer) => void structuredClone(buffer, { transfer: [buffer] }),
    evalScript: (text) => run(compile(text, 'evalScript')),
    agent: agentOf(mode),
  };
  define(global, '$262', host);
  define(global, 'print', print);
  // The harness's own waits without letting the event loop turn, which agents that wait asynchronously need.
  define(global, 'setTimeout', setTimeout);
  return { global, host, compile, run, moduleOf, link, evaluate };
}

const globals = Object.getOwnPropertyNames(globalThis)
  .filter((name) => name.startsWith('$pl'))
  .map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);

/** Lets instrumented code run in a realm: it gets the constants of this one, and texts of functions as written. */
export function measure(global) {
  for (const [name, descriptor] of globals) Object.defineProperty(global, name, descriptor);
  restoreFunctionText(global);
}

function define(global, name, value) {
  Object.defineProperty(global, name, { value, writable: true, enumerable: false, configurable: true });
}
