// What the language gives to look at a value without running the program's code, taken when the sensor is loaded: a
// program may replace all of it. Everything here either reads a descriptor or an internal slot.

import { types as nodeTypes } from 'node:util';

export const types = { ...nodeTypes };
export const { isExternal, isProxy } = types;

export const { ownKeys } = Reflect;
const { apply } = Reflect;
export const { getOwnPropertyDescriptor, getPrototypeOf, prototype: objectPrototype } = Object;
export const { prototype: arrayPrototype } = Array;
export const { isArray } = Array;
export const { isFinite: isFiniteNumber } = Number;
export const { min } = Math;

type Method = (...args: never[]) => unknown;

/** A method, or a getter, as a function of its receiver. */
function method<T>(prototype: object, name: string | symbol): (receiver: unknown, ...args: unknown[]) => T {
  const f = getOwnPropertyDescriptor(prototype, name)!.value as Method;
  return (receiver, ...args) => apply(f, receiver, args as never[]) as T;
}
function getter<T>(prototype: object, name: string | symbol): (receiver: unknown) => T {
  const f = getOwnPropertyDescriptor(prototype, name)!.get as Method;
  return (receiver) => apply(f, receiver, []) as T;
}

const typedArrayPrototype = getPrototypeOf(Uint8Array.prototype) as object;
export const mapSize = getter<number>(Map.prototype, 'size');
export const mapGet = method<unknown>(Map.prototype, 'get');
export const mapSet = method<unknown>(Map.prototype, 'set');
export const mapEntries = method<Iterator<[unknown, unknown]>>(Map.prototype, 'entries');
export const nextOfMap = method<IteratorResult<[unknown, unknown]>>(
  getPrototypeOf(new Map().entries()) as object,
  'next',
);
export const setSize = getter<number>(Set.prototype, 'size');
export const setValues = method<Iterator<unknown>>(Set.prototype, 'values');
export const nextOfSet = method<IteratorResult<unknown>>(getPrototypeOf(new Set().values()) as object, 'next');
export const dateTime = method<number>(Date.prototype, 'getTime');
export const dateText = method<string>(Date.prototype, 'toISOString');
export const regExpSource = getter<string>(RegExp.prototype, 'source');
export const regExpFlags = ['d', 'g', 'i', 'm', 's', 'u', 'v', 'y']
  .map((flag, i) => ({ flag, name: FLAG_NAMES()[i]! }))
  .filter(({ name }) => name in RegExp.prototype)
  .map(({ flag, name }) => ({ flag, isSet: getter<boolean>(RegExp.prototype, name) }));
export const symbolDescription = getter<string | undefined>(Symbol.prototype, 'description');
export const bigintText = method<string>(BigInt.prototype, 'toString');
export const arrayBufferBytes = getter<number>(ArrayBuffer.prototype, 'byteLength');
export const sharedBufferBytes = getter<number>(SharedArrayBuffer.prototype, 'byteLength');
export const dataViewBytes = getter<number>(DataView.prototype, 'byteLength');
export const typedArrayLength = getter<number>(typedArrayPrototype, 'length');
export const typedArrayName = getter<string | undefined>(typedArrayPrototype, Symbol.toStringTag);
export const charCodeAt = method<number>(String.prototype, 'charCodeAt');
export const sliceText = method<string>(String.prototype, 'slice');
export const valueOfBoxed = {
  number: method<number>(Number.prototype, 'valueOf'),
  string: method<string>(String.prototype, 'valueOf'),
  boolean: method<boolean>(Boolean.prototype, 'valueOf'),
  symbol: method<symbol>(Symbol.prototype, 'valueOf'),
  bigint: method<bigint>(BigInt.prototype, 'valueOf'),
};
export const urlText = getter<string>(URL.prototype, 'href');
export const searchParamsText = method<string>(URLSearchParams.prototype, 'toString');
const { fromCharCode } = String;
export const textOfBytes = (bytes: Uint8Array, length: number): string => {
  let text = '';
  for (let i = 0; i < length; i++) text += fromCharCode(bytes[i]!);
  return text;
};

function FLAG_NAMES(): string[] {
  return ['hasIndices', 'global', 'ignoreCase', 'multiline', 'dotAll', 'unicode', 'unicodeSets', 'sticky'];
}
