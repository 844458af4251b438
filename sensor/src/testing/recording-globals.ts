// The globals that instrumented text uses, for tests of the text alone: they note every end of a timed call and time
// nothing. The real ones are in measure/.

import { types } from 'node:util';

export interface Recording {
  /** Calls of a function since the start. */
  calls(id: number): number;
  /** Ends of timed calls, in order. */
  ends: { id: number; caller: number; threw: boolean }[];
  /** What the exits that threw handed over, and what catch clauses noted, in order. */
  arguments: { id: number; values: unknown[] }[];
  caught: { id: number; error: unknown }[];
  /** The function that is running; 0: none. */
  running(): number;
}

interface Frame {
  id: number;
  /** What was running when it was called, and when it last went on. */
  caller: number;
  below: number;
  isRunning: boolean;
}

/** Puts the globals in place. Once in a process. */
export function recordGlobals(): Recording {
  const counters = new Int32Array(1 << 16).fill(1);
  const bases = new Int32Array(1 << 16).fill(1);
  const running = new Int32Array(1);
  const unset = Symbol('no result yet');
  const ends: Recording['ends'] = [];
  const handed: Recording['arguments'] = [];
  const caught: Recording['caught'] = [];
  const frames: Frame[] = [];
  const suspend = (frame: Frame) => {
    if (frame.isRunning) running[0] = frame.below;
    frame.isRunning = false;
  };
  const globals = {
    $plC: counters,
    $plT: new Int32Array(1),
    $plF: running,
    $plU: unset,
    $plN: (id: number) => {
      counters[id] = 1;
      bases[id]!++;
      return -1;
    },
    $plK: (id: number, error: unknown) => caught.push({ id, error }),
    $plX: (id: number, _start: number, caller: number, threw: boolean, ...values: unknown[]) => {
      ends.push({ id, caller, threw });
      if (threw) handed.push({ id, values });
    },
    $plS: (id: number) => {
      counters[id]!--;
      frames.push({ id, caller: running[0]!, below: running[0]!, isRunning: true });
      running[0] = id;
      return frames.length - 1;
    },
    $plW: (number: number, awaited: unknown) => {
      suspend(frames[number]!);
      return awaited;
    },
    $plR: (number: number, value: unknown) => {
      const frame = frames[number]!;
      if (!frame.isRunning) Object.assign(frame, { below: running[0]!, isRunning: true });
      running[0] = frame.id;
      return value;
    },
    $plA: (_id: number, number: number, result: unknown, ...values: unknown[]) => {
      const frame = frames[number]!;
      suspend(frame);
      const { id, caller } = frame;
      if (result === unset) handed.push({ id, values });
      if (types.isPromise(result)) {
        result.then(
          () => ends.push({ id, caller, threw: false }),
          () => ends.push({ id, caller, threw: true }),
        );
      } else ends.push({ id, caller, threw: result === unset });
    },
  };
  for (const [name, value] of Object.entries(globals)) Object.defineProperty(globalThis, name, { value });
  return { calls: (id) => bases[id]! - counters[id]!, ends, arguments: handed, caught, running: () => running[0]! };
}
