// Hooks that are registered later run outside of those that are there, so that they would see instrumented text and
// their own output would not be instrumented. Whenever another tool registers hooks, the sensor's go outside of them.

import module from 'node:module';

type Register = (this: unknown, ...parameters: unknown[]) => unknown;

/** From now on `again` is called after each call that others make of a function of node:module. */
export function afterEach(name: 'register' | 'registerHooks', again: () => void): void {
  const functions = module as unknown as Record<string, Register>;
  const native = functions[name]!;
  // A method: like the native function's, its text names it, and it is not looked at as a class.
  const method: Register = {
    [name](this: unknown, ...parameters: unknown[]) {
      const result = native.apply(this, parameters);
      try {
        again();
      } catch {
        // The other tool's hooks stay outside.
      }
      return result;
    },
  }[name]!;
  Object.defineProperty(method, 'length', { value: native.length });
  functions[name] = method;
}
