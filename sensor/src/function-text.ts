// A program that reads a function's text, to ship it to another realm or to look for "class", gets its own text.

import { withoutInsertions } from './shapes.js';

/** Makes Function.prototype.toString give the text without insertions. */
export function restoreFunctionText(): void {
  const native = Function.prototype.toString;
  const nativeText = native.call(native);
  // A method: like the native one it has no prototype and cannot be constructed.
  const method = {
    toString(this: unknown): string {
      return this === method ? nativeText : withoutInsertions(native.call(this));
    },
  }.toString;
  Object.defineProperty(Function.prototype, 'toString', {
    value: method,
    writable: true,
    enumerable: false,
    configurable: true,
  });
}
