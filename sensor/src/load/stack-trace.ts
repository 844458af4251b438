// Stack traces as they would be without the sensor: columns of the source, no frames of the sensor's own.
//
// Node asks for Error.prepareStackTrace whenever a stack is read for the first time, and calls what it gets with the
// frames. That property becomes an accessor, which answers a program with what the program has put there (at first
// Node's own function), and Node with a function that corrects the frames and hands them on to the program's. So
// the text is always made by whom it was made by before, and nothing happens to errors whose stack nobody reads.
// Programs that delete or redefine the property still get right columns: frames turned into text are corrected too.
//
// Not reached: offsets (getPosition), V8's own text (the line that Node quotes above an uncaught error, a stack read
// inside of prepareStackTrace), the expression in the message of assert(…), a prepareStackTrace of a vm context's own
// Error, util.getCallSites. Frames are removed after V8 has counted them, so that a stack at Error.stackTraceLimit ends as many frames earlier.

import { lookLike } from './function-text.js';

/** Column in the source of a column in the text that V8 has; lines and columns 0-based. */
export type Columns = (line: number, column: number) => number;

/** Columns of a script by the name that V8 knows: a path or a URL. Null where nothing was inserted. */
export type ColumnsOf = (scriptNameOrUrl: string) => Columns | null;

type CallSite = NodeJS.CallSite & { getEnclosingLineNumber(): number; getEnclosingColumnNumber(): number };
type Prepare = (error: Error, trace: CallSite[]) => unknown;

// As they were before the program could replace them.
const { apply, defineProperty, set: setProperty } = Reflect;
const { getPrototypeOf, setPrototypeOf } = Object;
const MainError = Error;
const { captureStackTrace } = Error;

/** A frame as V8 has it: lines and columns 1-based, in the instrumented text; of the call, and of the function's start. */
export interface StackFrame {
  functionName: string;
  /** A path, a file: URL, node:…; '' for none. */
  file: string;
  line: number;
  column: number;
  enclosingLine: number;
  enclosingColumn: number;
  isAsync: boolean;
}

/**
 * The frames of an error, or its text where somebody has read it before; null where it has none, or where reading it would
 * run code of the program. The error stays as it is: its text is made when, and by whom, it would have been.
 */
export type ReadStack = (error: object) => StackFrame[] | string | null;

/** Throws where Error is frozen. `isOwnFrame` is told a script's name. */
export function restoreStackTraces(columnsOf: ColumnsOf, isOwnFrame: (file: string) => boolean): ReadStack {
  const corrected = new WeakMap<object, object>();

  /** The same frames, less the sensor's, with columns of the source. */
  function correct(trace: CallSite[]): CallSite[] {
    if (trace.length === 0) return trace;
    // All frames of a trace are of one realm.
    const native = getPrototypeOf(trace[0]) as CallSite;
    let prototype = corrected.get(native);
    if (!prototype) {
      prototype = correctedPrototype(native, columnsOf);
      corrected.set(native, prototype);
    }
    let own = false;
    for (const site of trace) {
      const file = site.getFileName();
      if (file ? columnsOf(file) : site.isEval()) setPrototypeOf(site, prototype);
      own ||= typeof file === 'string' && isOwnFrame(file);
    }
    return own ? trace.filter((site) => !isOwnFrame(site.getFileName() ?? '')) : trace;
  }

  const native = MainError.prepareStackTrace as Prepare;
  let current: unknown = native;
  /** Where a stack is to be read: nothing is made of it, so V8 keeps the frames for the next who asks. */
  let frames: StackFrame[] | null = null;
  function prepareStackTrace(this: unknown, error: Error, trace: CallSite[]): unknown {
    if (frames !== null) {
      for (const site of trace) {
        if (!isOwnFrame(site.getFileName() ?? '')) frames.push(stackFrame(site));
      }
      throw frames;
    }
    const prepare = typeof current === 'function' ? current : native;
    return apply(prepare, this, [error, correct(trace)]);
  }

  let asked: 'by program' | 'by this' | 'by Node' = 'by program';
  const accessor = {
    get prepareStackTrace(): unknown {
      if (asked === 'by this') return () => '';
      // Node asks twice in a row: for the type, then for the function that it calls.
      if (asked === 'by Node') {
        asked = 'by program';
        return prepareStackTrace;
      }
      asked = 'by this';
      let isNode = false;
      try {
        isNode = isCalledByNode(get);
      } finally {
        asked = isNode ? 'by Node' : 'by program';
      }
      return isNode ? prepareStackTrace : current;
    },
    set prepareStackTrace(value: unknown) {
      if (this === (MainError as unknown)) current = value === prepareStackTrace ? current : value;
      // A class that extends Error gets a property of its own.
      else defineProperty(this as object, 'prepareStackTrace', { value, ...PLAIN });
    },
  };
  const { get, set } = Object.getOwnPropertyDescriptor(accessor, 'prepareStackTrace') as Required<PropertyDescriptor>;
  Object.defineProperty(MainError, 'prepareStackTrace', { get, set, enumerable: false, configurable: true });
  // So that frames of this realm are corrected from now on.
  void new MainError().stack;
  const native22 = Object.getOwnPropertyDescriptor(new MainError(), 'stack')?.get;
  return (error) => {
    if (Object.getOwnPropertyDescriptor(MainError, 'prepareStackTrace')?.get !== get) return null;
    frames = [];
    try {
      const descriptor = Object.getOwnPropertyDescriptor(error, 'stack');
      const isNative = descriptor?.get !== undefined && descriptor.get === native22;
      const text = isNative ? apply(native22 as Callable, error, []) : descriptor?.value;
      return typeof text === 'string' ? text : null;
    } catch (thrown) {
      return thrown === frames ? frames : null;
    } finally {
      frames = null;
    }
  };
}

function stackFrame(site: CallSite): StackFrame {
  return {
    functionName: site.getFunctionName() ?? '',
    file: site.getFileName() ?? '',
    line: site.getLineNumber() ?? 0,
    column: site.getColumnNumber() ?? 0,
    enclosingLine: site.getEnclosingLineNumber() ?? 0,
    enclosingColumn: site.getEnclosingColumnNumber() ?? 0,
    isAsync: (site as { isAsync?(): boolean }).isAsync?.() ?? false,
  };
}

const PLAIN = { writable: true, enumerable: true, configurable: true };

/**
 * Whether the caller of `getter` is what Node runs to prepare a stack. While that runs, V8 makes the text of other
 * stacks by itself; at other times Node would be asked, and would ask the getter.
 */
function isCalledByNode(getter: Callable): boolean {
  const probe: { stack?: unknown } = {};
  const limit = MainError.stackTraceLimit;
  if (typeof limit !== 'number') return false;
  setProperty(MainError, 'stackTraceLimit', 1);
  captureStackTrace(probe, getter);
  setProperty(MainError, 'stackTraceLimit', limit);
  return `${probe.stack}`.includes('(node:internal/errors:');
}

type Callable = (...parameters: never[]) => unknown;

/**
 * A prototype for frames, as the native one, with columns of the source. Frames that keep the native one are
 * corrected where they are turned into text.
 */
function correctedPrototype(native: CallSite, columnsOf: ColumnsOf): object {
  const column = (site: CallSite, line: number | null, at: number | null): number | null => {
    const columns = columnsOf(native.getFileName.call(site) ?? '');
    return columns && line && at ? columns(line - 1, at - 1) + 1 : at;
  };
  const methods = {
    getColumnNumber(this: CallSite) {
      const at = native.getColumnNumber.call(this);
      return column(this, native.getLineNumber.call(this), at);
    },
    getEnclosingColumnNumber(this: CallSite) {
      const at = native.getEnclosingColumnNumber.call(this);
      return column(this, native.getEnclosingLineNumber.call(this), at);
    },
    getEvalOrigin(this: CallSite) {
      const origin = native.getEvalOrigin.call(this);
      return origin && correctEvalOrigin(origin, columnsOf);
    },
    toString(this: CallSite) {
      const text = native.toString.call(this);
      const line = native.getLineNumber.call(this);
      const at = native.getColumnNumber.call(this);
      const origin = native.getEvalOrigin.call(this);
      const before = origin ? text.replace(origin, () => correctEvalOrigin(origin, columnsOf)) : text;
      return replaceLast(before, `:${line}:${at}`, `:${line}:${column(this, line, at)}`);
    },
  };
  const descriptors: Record<string, PropertyDescriptor> = Object.getOwnPropertyDescriptors(native);
  for (const name of Object.keys(methods) as (keyof typeof methods)[]) {
    descriptors[name]!.value = lookLike(native[name], methods[name] as Callable);
  }
  Object.defineProperty(native, Symbol.toPrimitive, {
    value(this: CallSite) {
      return this.toString === native.toString ? methods.toString.call(this) : this.toString();
    },
  });
  return Object.create(native, descriptors);
}

/** "eval at f (FILE:1:2)", or with another such origin in place of the file; 1-based. */
const EVAL_ORIGIN = /^((?:eval at .*? \()+)(.*):(\d+):(\d+)(\)+)$/s;

function correctEvalOrigin(origin: string, columnsOf: ColumnsOf): string {
  const [, functions, file, line, column, end] = EVAL_ORIGIN.exec(origin) ?? [];
  const columns = file ? columnsOf(file) : null;
  return columns ? `${functions}${file}:${line}:${columns(+line! - 1, +column! - 1) + 1}${end}` : origin;
}

function replaceLast(text: string, part: string, by: string): string {
  const at = text.lastIndexOf(part);
  return at < 0 ? text : text.slice(0, at) + by + text.slice(at + part.length);
}
