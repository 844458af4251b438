// Objects whose data is not in properties: the machinery of Node and of the language, of which only the class is told, and
// what has its data in slots that only Node's own code reads.

import { EventEmitter } from 'node:events';
import { Stream } from 'node:stream';
import { getPrototypeOf, isProxy, regExpFlags, regExpSource, searchParamsText, types, urlText } from './intrinsics.js';
import { typeNameOf } from './object-facts.js';

/** What holds the machinery of Node or of the language, and no data of its own. */
export function isOpaque(value: object): boolean {
  return (
    types.isPromise(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isGeneratorObject(value) ||
    types.isMapIterator(value) ||
    types.isSetIterator(value) ||
    types.isModuleNamespaceObject(value) ||
    hasPrototype(value, STREAM) ||
    isNodeInternal(value)
  );
}

const STREAM = Stream.prototype as object;
const EMITTER = EventEmitter.prototype as object;

/** Objects of Node that are not streams, such as servers, sockets of other kinds, timers, abort signals. */
function isNodeInternal(value: object): boolean {
  const name = typeNameOf(value);
  return (
    OPAQUE_NAMES.has(name) ||
    (/^(Server|Worker|ChildProcess|ClientRequest|Agent|Cluster)$/.test(name) && hasPrototype(value, EMITTER))
  );
}
const OPAQUE_NAMES = new Set([
  'WeakRef',
  'FinalizationRegistry',
  'AbortSignal',
  'AbortController',
  'Timeout',
  'Immediate',
  'MessagePort',
  'AsyncLocalStorage',
  'AsyncResource',
  'CryptoKey',
  'KeyObject',
  'SecretKeyObject',
  'PublicKeyObject',
  'PrivateKeyObject',
  'SecureContext',
  'X509Certificate',
]);

/** Whether `prototype` is in the chain; a proxy in it ends the search. */
function hasPrototype(value: object, prototype: object): boolean {
  let at: object | null = value;
  for (let i = 0; at !== null && i < 20 && !isProxy(at); i++) {
    if (at === prototype) return true;
    at = getPrototypeOf(at) as object | null;
  }
  return false;
}

const URL_PROTOTYPE = URL.prototype as object;
const SEARCH_PARAMS_PROTOTYPE = URLSearchParams.prototype as object;

/** Of a URL or its parameters; null for everything else. Their data is in private fields, which only Node's code reads. */
export function urlOf(value: object): string | null {
  try {
    if (hasPrototype(value, URL_PROTOTYPE)) return urlText(value);
    return hasPrototype(value, SEARCH_PARAMS_PROTOTYPE) ? searchParamsText(value) : null;
  } catch {
    return null;
  }
}

/** As its source is written, without calling anything that the program may have replaced. */
export function regExpText(value: object): string {
  let flags = '';
  for (const { flag, isSet } of regExpFlags) if (isSet(value)) flags += flag;
  return `/${regExpSource(value)}/${flags}`;
}
