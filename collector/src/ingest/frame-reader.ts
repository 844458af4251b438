// Has windows read on a thread of its own (frame-thread.ts), for all sessions.

import { createAskedThread } from '../asked-thread.js';
import { type ErrorCode, ProdlensError } from '../errors.js';
import type { FrameQuestion, ReadWindow } from './frame-thread.js';

export interface FrameReader {
  open(instance: string, deploymentId: number): FrameSession;
  close(): Promise<void>;
}

/** What is told counts for every window that is read after it. */
export interface FrameSession {
  functions(named: Array<{ id: number }>, ids: Array<{ functionId: number; fileId: number }>): Promise<unknown>;
  endpoints(named: Array<{ id: number }>, ids: number[]): Promise<unknown>;
  /** Throws a ProdlensError where the frame is at fault. */
  window(frame: Uint8Array, receivedUnixMs: number): Promise<ReadWindow>;
  end(): void;
}

/** What a frame begins with that says that it is a window, as every sensor packs it: behind the head of a map. */
const WINDOW = Buffer.from('\xa4type\xa6window', 'latin1');
const MAP_16 = 0xde;

/** Whether it is a window, told without reading it; not so where one is packed in another way. */
export function looksLikeWindow(frame: Buffer): boolean {
  const at = frame[0] === MAP_16 ? 3 : 1;
  return frame.subarray(at, at + WINDOW.length).equals(WINDOW);
}

/**
 * Starts its thread at the first question. An instance's windows come back in the order in which they were handed in.
 */
export function createFrameReader(): FrameReader {
  const script = new URL('./frame-thread.js', import.meta.url);
  const thread = createAskedThread<FrameQuestion, ReadWindow | null>(script, 'prodlens-windows');
  let sessions = 0;

  return {
    open(instance, deploymentId) {
      const session = ++sessions;
      const opened = thread.ask({ type: 'open', session, instance, deploymentId });
      opened.catch(() => {});
      return {
        functions(named, ids) {
          const all = Float64Array.from(named.flatMap(({ id }, i) => [id, ids[i]!.functionId, ids[i]!.fileId]));
          return thread.ask({ type: 'functions', session, ids: all }, [all.buffer]);
        },
        endpoints(named, ids) {
          const all = Float64Array.from(named.flatMap(({ id }, i) => [id, ids[i]!]));
          return thread.ask({ type: 'endpoints', session, ids: all }, [all.buffer]);
        },
        async window(frame, receivedUnixMs) {
          // Of its own memory, which can be handed over; what came in one piece with others is copied.
          const whole = frame.byteLength === frame.buffer.byteLength;
          const own = whole ? frame : new Uint8Array(frame);
          try {
            const read = await thread.ask({ type: 'window', session, frame: own, receivedUnixMs }, [
              own.buffer as ArrayBuffer,
            ]);
            return read!;
          } catch (cause) {
            const { code, message } = cause as { code?: string; message: string };
            if (code?.startsWith('PRODLENS_')) throw new ProdlensError(code as ErrorCode, message, { cause });
            throw cause;
          }
        },
        end() {
          thread.ask({ type: 'end', session }).catch(() => {});
        },
      };
    },
    close: () => thread.close(),
  };
}
