// V8's own sampling profiler, in the thread whose functions it samples, without end: each window's profile starts
// before the last one ends. Why not one after the other: the first profile of a session walks the heap for every
// compiled function (10 ms and about 1 ms for each MB of heap, measured), later ones that overlap cost nothing to
// start. Why not from the reporter's thread: a session from there makes Node print "Waiting for the debugger to
// disconnect" at the end of the process, and does not reach the program's own worker threads.
//
// Starts with the first window that ends, because compiling costs a sixth more while it runs, and programs start by
// compiling. The price: where V8 has inlined a function before, its time goes to the caller, until V8 compiles that
// anew. Does not start, or ends, where somebody else would notice: a debugger, --cpu-prof, NODE_V8_COVERAGE.

import { debuglog } from 'node:util';
import { getHeapStatistics } from 'node:v8';
import type { CpuProfile } from '../report/cpu-profile.js';
import { threadCpuMs } from '../report/own-cost.js';
import { guarded } from './clock.js';

const debug = debuglog('prodlens');

/** No multiple of what timers are set to, so that no rhythm of the program hides from the samples. */
const INTERVAL_US = 47_000;
/** Above this the walk would hold the program for more than a tenth of a second. */
const LARGEST_HEAP = 96 * 2 ** 20;

export interface CpuProfiler {
  /** Ends the running window: its CpuProfile (report/cpu-profile.ts) as JSON; null where there is none. Never throws. */
  take(): string | null;
  stop(): void;
}

interface Running {
  /** Ends the profile of the last window and starts one. */
  next(): CpuProfile | null;
  disconnect(): void;
}

/** `mode`: 'auto' waits for a heap that is small enough to start; 'on' does not. */
export function startCpuProfiler(mode: 'on' | 'auto' | 'off', intervalUs = INTERVAL_US): CpuProfiler {
  let running: Running | null = null;
  let isOver = mode === 'off' || isProfiledByFlag();
  const stop = guarded(() => {
    isOver = true;
    running?.disconnect();
  });
  const roll = (): CpuProfile | null => {
    const inspector = process.getBuiltinModule('node:inspector');
    if (inspector.url() !== undefined) stop();
    else if (running) return running.next();
    else if (mode === 'on' || getHeapStatistics().used_heap_size <= LARGEST_HEAP) {
      running = connect(inspector, intervalUs);
    }
    return null;
  };
  return {
    take: () => {
      if (isOver) return null;
      try {
        const profile = roll();
        return profile && JSON.stringify(profile);
      } catch (error) {
        debug('no processor profile: %s', (error as Error).stack);
        stop();
        return null;
      }
    },
    stop,
  };
}

/** Node's own profiles and coverage print what they do not expect, and that includes a profile of ours. */
function isProfiledByFlag(): boolean {
  const { NODE_V8_COVERAGE, NODE_OPTIONS = '' } = process.env;
  return Boolean(NODE_V8_COVERAGE) || [...process.execArgv, ...NODE_OPTIONS.split(/\s+/)].includes('--cpu-prof');
}

function connect({ Session, console }: typeof import('node:inspector'), intervalUs: number): Running {
  // The program may put its own functions in their place later.
  const { profile, profileEnd } = console as unknown as Record<'profile' | 'profileEnd', (title: string) => void>;
  const session = new Session();
  session.connect();
  const finished = new Map<string | undefined, CpuProfile>();
  session.on('Profiler.consoleProfileFinished', ({ params }) => finished.set(params.title, params.profile));
  session.post('Profiler.enable');
  session.post('Profiler.setSamplingInterval', { interval: intervalUs });
  let window = 0;
  const title = () => `prodlens-${window}`;
  profile(title());
  let cpuMs = threadCpuMs();
  return {
    next: () => {
      const ended = title();
      const before = cpuMs;
      window++;
      profile(title());
      // Tells the listener before it returns: the session is in this thread.
      profileEnd(ended);
      cpuMs = threadCpuMs();
      const done = finished.get(ended);
      finished.clear();
      return done ? { ...done, cpuMs: cpuMs - before } : null;
    },
    disconnect: () => session.disconnect(),
  };
}
