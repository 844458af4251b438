// Time and timers of the sensor, taken from Node when the sensor is loaded: a program that replaces its own (fake
// timers in tests, a browser's environment) does not reach them. A timer never keeps the process alive, and what
// its callback throws stays here.

import timers from 'node:timers';
import { debuglog } from 'node:util';

const debug = debuglog('prodlens');
const { setTimeout, setInterval, clearTimeout } = timers;

/** Monotonic time in ms, with fractions. */
export const now = performance.now.bind(performance);

/** Does not keep the process alive. What the callback throws is swallowed. */
export function after(milliseconds: number, callback: () => void): NodeJS.Timeout {
  return setTimeout(guarded(callback), milliseconds).unref();
}

/** Does not keep the process alive. What the callback throws is swallowed. */
export function every(milliseconds: number, callback: () => void): void {
  setInterval(guarded(callback), milliseconds).unref();
}

/** Resolves after the time; until then the process stays alive. `cancel` ends that early, without resolving. */
export function wait(milliseconds: number): { done: Promise<void>; cancel(): void } {
  let timer: NodeJS.Timeout;
  const done = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  return { done, cancel: () => clearTimeout(timer) };
}

export const cancel = clearTimeout;

/** The callback, with what it throws kept from the program. */
export function guarded<A extends unknown[]>(callback: (...args: A) => void): (...args: A) => void {
  return (...args) => {
    try {
      callback(...args);
    } catch (error) {
      debug('%s', (error as Error).stack);
    }
  };
}
