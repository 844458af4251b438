// What can be known of an object without running the program's code: descriptors of its properties, data properties that
// it inherits, the name of its class. A proxy, also one among the prototypes, ends every search.

import { getOwnPropertyDescriptor, getPrototypeOf, isProxy } from './intrinsics.js';

const LONGEST_CHAIN = 20;

/** An own property's descriptor; undefined also where looking fails, as in a module that is not there yet. */
export function descriptorOf(value: object, key: PropertyKey): PropertyDescriptor | undefined {
  try {
    return isProxy(value) ? undefined : getOwnPropertyDescriptor(value, key);
  } catch {
    return undefined;
  }
}

/** The value of a data property, own or inherited; undefined where there is none or a getter stands in its place. */
export function dataProperty(value: object, key: PropertyKey): unknown {
  let at: object | null = value;
  for (let i = 0; at !== null && i < LONGEST_CHAIN; i++) {
    if (isProxy(at)) return undefined;
    const descriptor = descriptorOf(at, key);
    if (descriptor !== undefined) return descriptor.value;
    at = getPrototypeOf(at) as object | null;
  }
  return undefined;
}

/** The name of the class that made it: 'Object' for plain objects, 'null prototype' for those without any. */
export function typeNameOf(value: object): string {
  let at = prototypeOf(value);
  if (at === null) return 'null prototype';
  for (let i = 0; at !== null && i < LONGEST_CHAIN; i++) {
    if (isProxy(at)) return 'Proxy';
    const made = descriptorOf(at, 'constructor')?.value;
    if (typeof made === 'function' && !isProxy(made)) {
      const name = descriptorOf(made, 'name')?.value;
      if (typeof name === 'string' && name !== '') return name;
    }
    at = prototypeOf(at);
  }
  return 'Object';
}

function prototypeOf(value: object): object | null {
  return isProxy(value) ? null : (getPrototypeOf(value) as object | null);
}
