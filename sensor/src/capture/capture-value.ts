// A live value to plain data, without running any of the program's code: no getter, no trap of a proxy, no toJSON, no
// iterator, no toString. What cannot be seen that way is named and left closed. Bounded in depth, width, bytes and time, each
// for a whole snapshot; what a bound cuts says so, and how much there was. Nothing of the value is referred to afterwards,
// except by strings, which are copied when they go to the reporter's thread.
//
// Not bounded: the list of an object's own keys, which the language gives only whole (a tenth of a second for a million).

import { type CapturedNode, type CapturedValue, REDACTION_MARGIN, TEXT_LENGTH } from '@prodlens/protocol';
import { now } from '../measure/clock.js';
import { isOpaque, regExpText, urlOf } from './host-objects.js';
import * as intrinsics from './intrinsics.js';
import { descriptorOf, typeNameOf } from './object-facts.js';

const { arrayPrototype, getOwnPropertyDescriptor, getPrototypeOf, objectPrototype } = intrinsics;
const { isArray, isFiniteNumber, isProxy, isExternal, min, ownKeys, sliceText, types } = intrinsics;

export interface CaptureLimits {
  depth: number;
  /** Items of an array, Set or Map, and own properties. */
  width: number;
  /** UTF-16 units of one text. */
  textLength: number;
  /** Of the whole snapshot: nodes, units of all texts, and time on the program's thread. */
  nodes: number;
  units: number;
  milliseconds: number;
}

export const LIMITS: CaptureLimits = {
  depth: 6,
  width: 50,
  textLength: TEXT_LENGTH + REDACTION_MARGIN,
  nodes: 2_500,
  units: 128 * 1024,
  milliseconds: 10,
};

/** A text of more units is not looked into: to read its beginning, V8 may have to put it together from its parts. */
const LARGEST_TEXT = 8 * 1024 * 1024;
/** What is asked for again may take so many times the room of what is captured. */
const REPEATED = 1;
/** Nodes between two looks at the clock. */
const LOOK_EVERY = 32;

/** How much of the room for nodes and units may be used up once the value is captured, 0 to 1. */
export type CaptureValue = (value: unknown, share?: number) => CapturedValue;

interface Known {
  value: CapturedValue;
  nodes: number;
  units: number;
}

/**
 * Captures one value after the other within the same limits. Never throws. An object that is asked for again, as functions
 * pass it on, is not looked at again: it is what it was, and the same node.
 */
export function valueCapture(limits: CaptureLimits = LIMITS): CaptureValue {
  const deadline = now() + limits.milliseconds;
  const known = new Map();
  /** Nodes and units of what was asked for again. */
  const repeated = { nodes: 0, units: 0 };
  let mostNodes = limits.nodes;
  let mostUnits = limits.units;
  /** The objects that the value in hand is in. */
  const inside: object[] = [];
  let nodes = 0;
  let units = 0;
  let isLate = false;

  function capture(value: unknown): CapturedValue {
    if (++nodes % LOOK_EVERY === 0) isLate ||= now() > deadline;
    switch (typeof value) {
      case 'string':
        return text('string', value);
      case 'number':
        return isFiniteNumber(value) ? value : { type: 'number', text: `${value}` };
      case 'boolean':
        return value;
      case 'undefined':
        return { type: 'undefined' };
      case 'bigint':
        return textNode('bigint', intrinsics.bigintText(value));
      case 'symbol':
        return textNode('symbol', intrinsics.symbolDescription(value) ?? '');
      default:
        return value === null ? null : captureObject(value as object);
    }
  }

  function captureObject(value: object): CapturedValue {
    // Before anything else looks at it: a proxy has a trap for every look.
    if (isProxy(value)) return { type: 'Proxy' };
    if (isExternal(value)) return { type: 'External' };
    if (typeof value === 'function') return textNode('function', nameOfFunction(value));
    const plain = plainTypeOf(value);
    const type = plain ?? sliceText(typeNameOf(value), 0, 200);
    for (let i = 0; i < inside.length; i++) if (inside[i] === value) return { type, cut: 'cycle' };
    const bare = plain === null ? captureOpaque(value, type) : null;
    if (bare) return bare;
    if (inside.length >= limits.depth) return { type, cut: 'depth', ...sizeOf(value) };
    if (isLate) return { type, cut: 'time', ...sizeOf(value) };
    if (nodes >= mostNodes || units >= mostUnits) return { type, cut: 'bytes', ...sizeOf(value) };
    inside[inside.length] = value;
    try {
      if (plain === null) return captureParts(value, type);
      return plain === 'Array' ? captureArray(value as unknown[], type) : captureProperties(value, type);
    } catch {
      return { type, cut: 'bytes' };
    } finally {
      inside.length--;
    }
  }

  /** What is told by a text or a size; null for what has parts. */
  function captureOpaque(value: object, type: string): CapturedNode | null {
    if (types.isDate(value)) {
      const time = intrinsics.dateTime(value);
      return { type, text: isFiniteNumber(time) ? intrinsics.dateText(value) : 'Invalid Date' };
    }
    if (types.isRegExp(value)) return textNode(type, regExpText(value));
    if (types.isArrayBufferView(value)) return captureView(value, type);
    if (types.isArrayBuffer(value)) return { type, size: intrinsics.arrayBufferBytes(value), cut: 'bytes' };
    if (types.isSharedArrayBuffer(value)) return { type, size: intrinsics.sharedBufferBytes(value), cut: 'bytes' };
    if (types.isBoxedPrimitive(value)) return captureBoxed(value, type);
    if (isOpaque(value)) return { type };
    const url = urlOf(value);
    return url === null ? null : textNode(type, url);
  }

  function captureBoxed(value: object, type: string): CapturedNode {
    for (const read of [
      () => (types.isStringObject(value) ? intrinsics.valueOfBoxed.string(value) : null),
      () => (types.isNumberObject(value) ? `${intrinsics.valueOfBoxed.number(value)}` : null),
      () => (types.isBooleanObject(value) ? `${intrinsics.valueOfBoxed.boolean(value)}` : null),
      () => (types.isBigIntObject(value) ? intrinsics.bigintText(intrinsics.valueOfBoxed.bigint(value)) : null),
      () =>
        types.isSymbolObject(value)
          ? (intrinsics.symbolDescription(intrinsics.valueOfBoxed.symbol(value)) ?? '')
          : null,
    ]) {
      const found = read();
      if (found !== null) return textNode(type, found);
    }
    return { type };
  }

  /** Bytes are shown where they are text; else they are only counted. */
  function captureView(value: object, type: string): CapturedNode {
    if (types.isDataView(value)) {
      try {
        return { type, size: intrinsics.dataViewBytes(value), cut: 'bytes' };
      } catch {
        return { type, size: 0 };
      }
    }
    const size = intrinsics.typedArrayLength(value);
    const name = intrinsics.typedArrayName(value);
    if (name === 'Uint8Array' || name === 'Uint8ClampedArray') {
      const length = min(size, limits.textLength);
      const shown = intrinsics.textOfBytes(value as Uint8Array, length);
      if (isPrintable(shown))
        return { ...textNode(type, shown), size, ...(length < size && { cut: 'length' as const }) };
      return { type, size, cut: 'bytes' };
    }
    if (size > 0 && units < mostUnits) {
      const items: CapturedValue[] = [];
      for (let i = 0; i < min(size, limits.width); i++) items[i] = capture((value as unknown as ArrayLike<unknown>)[i]);
      return { type, items, ...(size > limits.width && { size, cut: 'width' as const }) };
    }
    return { type, size };
  }

  function captureParts(value: object, type: string): CapturedNode {
    if (types.isMap(value)) return captureMap(value, type);
    if (types.isSet(value)) return captureSet(value, type);
    return isArray(value) ? captureArray(value, type) : captureProperties(value, type);
  }

  function captureArray(value: unknown[], type: string): CapturedNode {
    const size = value.length;
    const items: CapturedValue[] = [];
    while (items.length < min(size, limits.width) && hasRoom()) {
      const descriptor = descriptorInside(value, items.length);
      items[items.length] = descriptor === undefined ? { type: 'undefined' } : captureProperty(descriptor);
    }
    return { type, items, ...shortOf(items.length, size) };
  }

  function captureMap(value: object, type: string): CapturedNode {
    const size = intrinsics.mapSize(value);
    const entries: [CapturedValue, CapturedValue][] = [];
    const iterator = intrinsics.mapEntries(value);
    while (entries.length < min(size, limits.width) && hasRoom()) {
      const next = intrinsics.nextOfMap(iterator);
      if (next.done) break;
      entries[entries.length] = [capture(next.value[0]), capture(next.value[1])];
    }
    return { type, entries, ...shortOf(entries.length, size) };
  }

  function captureSet(value: object, type: string): CapturedNode {
    const size = intrinsics.setSize(value);
    const items: CapturedValue[] = [];
    const iterator = intrinsics.setValues(value);
    while (items.length < min(size, limits.width) && hasRoom()) {
      const next = intrinsics.nextOfSet(iterator);
      if (next.done) break;
      items[items.length] = capture(next.value);
    }
    return { type, items, ...shortOf(items.length, size) };
  }

  function captureProperties(value: object, type: string): CapturedNode {
    const keys = ownKeys(value);
    const entries: [CapturedValue, CapturedValue][] = [];
    let skipped = 0;
    for (let i = 0; i < keys.length && entries.length < limits.width && hasRoom(); i++) {
      const key = keys[i]!;
      // Reading a stack runs Error.prepareStackTrace; listeners and the like say nothing.
      const descriptor =
        key === 'stack' || (typeof key === 'string' && HIDDEN.has(key)) ? undefined : descriptorInside(value, key);
      if (descriptor === undefined) skipped++;
      else entries[entries.length] = [captureKey(key), captureProperty(descriptor)];
    }
    return { type, entries, ...shortOf(entries.length, keys.length - skipped) };
  }

  function captureKey(key: string | symbol): CapturedValue {
    if (typeof key === 'symbol') return textNode('symbol', intrinsics.symbolDescription(key) ?? '');
    return key.length <= 200 ? take(key) : text('string', key);
  }

  function captureProperty(descriptor: PropertyDescriptor): CapturedValue {
    return 'value' in descriptor ? capture(descriptor.value) : { type: 'getter' };
  }

  function hasRoom(): boolean {
    return !isLate && nodes < mostNodes && units < mostUnits;
  }

  function shortOf(got: number, size: number): Partial<CapturedNode> {
    if (got >= size) return {};
    return { size, cut: got >= limits.width ? 'width' : isLate ? 'time' : 'bytes' };
  }

  function take(value: string): string {
    units += value.length;
    return value;
  }

  function text(type: string, value: string): CapturedValue {
    const room = min(limits.textLength, mostUnits - units);
    if (value.length <= room) return take(value);
    const shown = value.length > LARGEST_TEXT || room <= 0 ? '' : take(sliceText(value, 0, room));
    return { type, text: shown, size: value.length, cut: room < limits.textLength ? 'bytes' : 'length' };
  }

  function textNode(type: string, value: string): CapturedNode {
    const shown = text(type, value);
    return typeof shown === 'string' ? { type, text: shown } : (shown as CapturedNode);
  }

  /** Of a value that was captured before; it takes room where it is sent, though none of the program's time. */
  function again({ value, nodes: of, units: ofUnits }: Known): CapturedValue {
    repeated.nodes += of;
    repeated.units += ofUnits;
    if (repeated.nodes <= limits.nodes * REPEATED && repeated.units <= limits.units * REPEATED) return value;
    return { type: (value as CapturedNode).type, cut: 'bytes' };
  }

  return (value, share = 1) => {
    mostNodes = limits.nodes * share;
    mostUnits = limits.units * share;
    const before = intrinsics.mapGet(known, value) as Known | undefined;
    if (before !== undefined) return again(before);
    const nodesBefore = nodes;
    const unitsBefore = units;
    try {
      const captured = capture(value);
      const took = { nodes: nodes - nodesBefore, units: units - unitsBefore };
      if (took.nodes > 1) intrinsics.mapSet(known, value, { value: captured, ...took } satisfies Known);
      return captured;
    } catch {
      inside.length = 0;
      return { type: typeof value, cut: 'bytes' };
    }
  };
}

/** What EventEmitters and streams keep for themselves. */
const HIDDEN = new Set(['_events', '_eventsCount', '_maxListeners', 'domain']);

/** How many parts there are that were not looked at, where that can be had at once. */
function sizeOf(value: object): { size?: number } {
  if (isArray(value)) return { size: value.length };
  if (types.isMap(value)) return { size: intrinsics.mapSize(value) };
  return types.isSet(value) ? { size: intrinsics.setSize(value) } : {};
}

/**
 * The type of what has the prototype of plain objects or arrays, or none, as most values do: nothing else is asked of these.
 * Something else that was given such a prototype is seen as such an object. `value` is no proxy.
 */
function plainTypeOf(value: object): 'Object' | 'Array' | 'null prototype' | null {
  const prototype = getPrototypeOf(value);
  if (prototype === objectPrototype) return 'Object';
  if (prototype === null) return types.isModuleNamespaceObject(value) ? null : 'null prototype';
  return prototype === arrayPrototype && isArray(value) ? 'Array' : null;
}

/** As descriptorOf, of what is known to be no proxy. */
function descriptorInside(value: object, key: PropertyKey): PropertyDescriptor | undefined {
  try {
    return getOwnPropertyDescriptor(value, key);
  } catch {
    return undefined;
  }
}

function nameOfFunction(value: object): string {
  const name = descriptorOf(value, 'name')?.value;
  return typeof name === 'string' ? name : '';
}

/** Text of one byte a character, without control characters. */
function isPrintable(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = intrinsics.charCodeAt(text, i);
    if (code < 9 || (code > 13 && code < 32) || code === 127) return false;
  }
  return true;
}
