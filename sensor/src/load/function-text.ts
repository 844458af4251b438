// A program that reads a function's text, to ship it to another realm or to look for "class", gets its own text.
// Functions that stand in for native ones have the text of those. What reads a text without Function.prototype.toString
// of this realm is not reached: that of a vm context, and V8's own messages ("… could not be cloned").

import { withoutInsertions } from '../instrument/shapes.js';

type Callable = (...parameters: never[]) => unknown;

const nativeText = Function.prototype.toString;
const texts = new WeakMap<Callable, string>();

/** Gives `stand` the text of the native function in whose place it is. */
export function lookLike<F extends Callable>(native: Callable, stand: F): F {
  texts.set(stand, Function.prototype.toString.call(native));
  return stand;
}

/** A function's text as V8 runs it, with what was inserted. */
export function runningText(of: Callable): string {
  return nativeText.call(of);
}

/** Makes the realm's Function.prototype.toString give the text without insertions. Throws where it is frozen. */
export function restoreFunctionText(realm: typeof globalThis = globalThis): void {
  const { prototype } = realm.Function;
  const native = prototype.toString;
  // A method: like the native one it has no prototype and cannot be constructed.
  const method = {
    toString(this: Callable): string {
      return texts.get(this) ?? withoutInsertions(native.call(this));
    },
  }.toString;
  Object.setPrototypeOf(method, prototype);
  Object.defineProperty(prototype, 'toString', { value: lookLike(native, method) });
}
