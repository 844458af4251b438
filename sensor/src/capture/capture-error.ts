// An error and what caused it, without running code of the program: its class, its message where that is data, its other
// properties, and its frames, which are read so that the program does not notice (load/stack-trace.ts).

import type { CapturedNode, CapturedValue } from '@prodlens/protocol';
import type { ReadStack } from '../load/stack-trace.js';
import { isArray, isProxy, types } from './intrinsics.js';
import { dataProperty, typeNameOf } from './object-facts.js';
import type { RawError } from './raw-snapshot.js';

type Capture = (value: unknown) => CapturedValue;

const CAUSES = 6;
/** Frames that are kept of a stack, and units of one that is text. */
const FRAMES = 50;
const STACK_TEXT = 16_384;
/** Told apart from the properties. */
const TOLD = new Set(['name', 'message', 'stack', 'cause', 'errors']);

/** Whatever was thrown. Never throws. */
export function captureError(error: unknown, capture: Capture, readStack: ReadStack): RawError {
  const causes: RawError['causes'] = [];
  const seen: unknown[] = [error];
  for (let at = causesOf(error); at.length > 0 && causes.length < CAUSES; ) {
    const cause = at.shift()!;
    if (seen.includes(cause)) continue;
    seen.push(cause);
    causes.push(captureOne(cause, capture, readStack));
    at = [...causesOf(cause), ...at];
  }
  return { ...captureOne(error, capture, readStack), properties: propertiesOf(error, capture), causes };
}

/** What names may be: nothing that a program puts together from its data. */
const NAME = /^[\p{ID_Start}$_][\p{ID_Continue}$.-]{0,99}$/u;

/** The name that was given to it, which a minifier leaves as it is; else that of its class. */
export function errorTypeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return typeof error;
  if (isProxy(error)) return 'Proxy';
  const name = dataProperty(error, 'name');
  const isGiven = typeof name === 'string' && !NATIVE_NAMES.has(name) && NAME.test(name) && types.isNativeError(error);
  return isGiven ? name : typeNameOf(error).slice(0, 200);
}

/** A class that extends one of these without giving a name inherits it. */
const NATIVE_NAMES = new Set(
  'Error AggregateError EvalError RangeError ReferenceError SyntaxError TypeError URIError'.split(' '),
);

function captureOne(error: unknown, capture: Capture, readStack: ReadStack): RawError['causes'][number] {
  const isObject = typeof error === 'object' && error !== null && !isProxy(error);
  return {
    type: errorTypeOf(error),
    message: capture(isObject ? dataProperty(error, 'message') : error),
    stack: isObject && types.isNativeError(error) ? bounded(readStack(error)) : null,
  };
}

function bounded(stack: ReturnType<ReadStack>): RawError['stack'] {
  return typeof stack === 'string' ? stack.slice(0, STACK_TEXT) : (stack?.slice(0, FRAMES) ?? null);
}

function causesOf(error: unknown): unknown[] {
  if (typeof error !== 'object' || error === null || isProxy(error)) return [];
  const cause = dataProperty(error, 'cause');
  const errors = dataProperty(error, 'errors');
  const several =
    isArray(errors) && !isProxy(errors) ? Array.from({ length: 3 }, (_, i) => dataProperty(errors, `${i}`)) : [];
  return [cause, ...several].filter((one) => one !== undefined && one !== null);
}

function propertiesOf(error: unknown, capture: Capture): CapturedValue {
  if (typeof error !== 'object' || error === null) return null;
  const all = capture(error) as CapturedNode;
  const entries = all.entries?.filter(([key]) => typeof key !== 'string' || !TOLD.has(key)) ?? [];
  return entries.length > 0 ? { ...all, entries } : null;
}
