// Runs of the program's own timers, each a flow: of setInterval, and of setTimeout with a second or more, where they begin
// outside of any flow. The functions of Node are stood in for; what they get is a function that runs the program's with the
// same `this` and arguments, so that all that a timer is, and does, is Node's. Timers of packages are no flows, nor are
// those with a function that says nothing of where it is from: bound ones, and all of a bundle.

import timers from 'node:timers';
import { lookLike, runningText } from '../../load/function-text.js';
import { beginFlow, currentFlow } from '../current-flow.js';
import { type Callback, runInFlow } from './runs.js';
import { timerRoute } from './timer-route.js';

const { apply } = Reflect;
// Taken now: a program may replace it.
const nextTurn = setImmediate;
const { defineProperties, defineProperty, getOwnPropertyDescriptor, getOwnPropertyDescriptors } = Object;
/** Shorter ones are part of something: a pause, a limit. */
const LONG_MS = 1_000;
/** The first that is inserted into a function says its number; a bundle's, an expression. */
const FUNCTION_ID = /\$pl[CS][[(]0x([0-9a-f]{5})[\])]/;

/** Before the loader is installed, which makes modules see what has changed. `isOwn` is asked whether the function of a number is the service's own. */
export function followTimers(isOwn: (id: number) => boolean): void {
  standFor('setInterval', () => true, isOwn);
  standFor('setTimeout', (delay) => (delay as number) >= LONG_MS, isOwn);
}

function standFor(
  name: 'setInterval' | 'setTimeout',
  isFollowed: (delay: unknown) => boolean,
  isOwn: (id: number) => boolean,
): void {
  const native = timers[name] as Callback;
  const stand = {
    [name](this: unknown, ...parameters: unknown[]) {
      const [callback, delay] = parameters;
      if (typeof callback === 'function' && typeof delay === 'number' && isFollowed(delay))
        parameters[0] = inFlows(name, callback as Callback, isOwn);
      return apply(native, this, parameters);
    },
  }[name]!;
  defineProperties(stand, getOwnPropertyDescriptors(native));
  for (const holder of [timers, globalThis]) {
    const value = lookLike(native, stand);
    if (getOwnPropertyDescriptor(holder, name)?.value === native) defineProperty(holder, name, { value });
  }
}

interface Timer {
  _onTimeout: unknown;
  _repeat: unknown;
}

/** The function as the timer has it. Where it is from is looked for when it runs: most long timers never do. */
function inFlows(method: string, callback: Callback, isOwn: (id: number) => boolean): Callback {
  let id: number | undefined;
  const inFlow: Callback = function (...parameters) {
    id ??= functionIdOf(callback);
    const isFlow = id !== 0 && currentFlow() === undefined && isOwn(id);
    const flow = isFlow ? beginFlow('timer', method, timerRoute(id), null) : undefined;
    const timer = this as Timer;
    // From when it runs the timer has the program's function, by which V8 names it in stacks.
    if (timer._onTimeout === inFlow) timer._onTimeout = callback;
    if (timer._repeat) nextTurn(() => follow(timer)).unref();
    return flow === undefined ? apply(callback, timer, parameters) : runInFlow(flow, callback, timer, parameters);
  };
  const follow = (timer: Timer) => {
    if (timer._onTimeout === callback) timer._onTimeout = inFlow;
  };
  return defineProperty(inFlow, 'name', getOwnPropertyDescriptor(callback, 'name') ?? { value: '' });
}

/** The number of a measured function; 0 of any other. */
function functionIdOf(callback: Callback): number {
  const found = FUNCTION_ID.exec(runningText(callback));
  return found === null ? 0 : Number.parseInt(found[1]!, 16);
}
