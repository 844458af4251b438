// How much is read from sockets. Memory is bounded over all of them together: bytes of messages that are not complete
// yet, and bytes of messages that wait to be handled. Where there is too much, or where a token sends faster than it
// may, reading stops for a while, which TCP tells the other end: a sensor then merges its windows into fewer, larger
// ones, and no call is lost. Only a socket that keeps a message incomplete while room is short is ended, the one that
// began its message first.

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { createAllowances } from '../rate.js';

export interface SocketBudgetLimits {
  /** Of messages that have begun to arrive, over all sockets. */
  incompleteBytes: number;
  /** Of messages that wait to be handled, over all sockets. */
  waitingBytes: number;
  /** Messages of one socket that wait to be handled. */
  waitingMessages: number;
  /** What one token's sockets may send in a second. */
  bytesPerSecond: number;
}

export const SOCKET_LIMITS = {
  incompleteBytes: 128 * 1024 * 1024,
  waitingBytes: 32 * 1024 * 1024,
  waitingMessages: 8,
};

export interface SocketBudget {
  /** To be called once, right after the socket has opened on the connection. */
  watch(socket: WebSocket, connection: Duplex, tokenId: string): Reading;
  waitingBytes(): number;
}

export interface Reading {
  /** A message of so many bytes waits to be handled. The function to call when it has been. */
  waits(bytes: number): () => void;
}

/** A message with less of it here is not worth ending a socket for. */
const SMALL_BYTES = 4 * 1024;
const BURST_SECONDS = 4;
/** Mask and length of a client's control frame. */
const CONTROL_FRAME_BYTES = 6;

export function createSocketBudget(limits: SocketBudgetLimits): SocketBudget {
  /** In the order in which the messages began. */
  const incomplete = new Map<WebSocket, number>();
  let incompleteBytes = 0;
  let waitingBytes = 0;
  /** Those that may read again when less waits. */
  const held = new Set<Pause>();
  const { bytesPerSecond } = limits;
  const allowances = createAllowances({ perSecond: bytesPerSecond, burst: BURST_SECONDS * bytesPerSecond });

  function arrived(socket: WebSocket, bytes: number): void {
    incomplete.set(socket, (incomplete.get(socket) ?? 0) + bytes);
    incompleteBytes += bytes;
    if (incompleteBytes <= limits.incompleteBytes) return;
    for (const [slow, bytes] of incomplete) {
      if (bytes < SMALL_BYTES) continue;
      complete(slow);
      slow.terminate();
      if (incompleteBytes <= limits.incompleteBytes) return;
    }
  }

  function complete(socket: WebSocket, bytes = incomplete.get(socket) ?? 0): void {
    const left = (incomplete.get(socket) ?? 0) - bytes;
    incompleteBytes -= bytes;
    if (left > 0) incomplete.set(socket, left);
    else incomplete.delete(socket);
  }

  return {
    watch(socket, connection, tokenId) {
      const pause = createPause(socket);
      const allowance = allowances(tokenId);
      // Before the WebSocket's own listener, which may complete a message with what has arrived.
      connection.prependListener('data', (chunk: Buffer) => {
        arrived(socket, chunk.length);
        const waitMs = allowance.spend(chunk.length);
        if (waitMs > 0 && pause.hold('rate')) setTimeout(() => pause.release('rate'), waitMs).unref();
      });
      const control = (data: Buffer) =>
        complete(socket, Math.min(incomplete.get(socket) ?? 0, data.length + CONTROL_FRAME_BYTES));
      socket.on('ping', control).on('pong', control);
      socket.on('message', () => complete(socket));
      socket.on('close', () => {
        complete(socket);
        held.delete(pause);
      });

      let messages = 0;
      return {
        waits(bytes) {
          waitingBytes += bytes;
          if (++messages >= limits.waitingMessages) pause.hold('messages');
          if (waitingBytes > limits.waitingBytes) {
            pause.hold('bytes');
            held.add(pause);
          }
          return () => {
            if (messages-- === limits.waitingMessages) pause.release('messages');
            waitingBytes -= bytes;
            if (waitingBytes > limits.waitingBytes / 2) return;
            for (const other of held) other.release('bytes');
            held.clear();
          };
        },
      };
    },
    waitingBytes: () => waitingBytes,
  };
}

type Why = 'rate' | 'messages' | 'bytes';
type Pause = ReturnType<typeof createPause>;

/** Reads while nothing holds it. */
function createPause(socket: WebSocket) {
  const reasons = new Set<Why>();
  return {
    /** False when it was held for that already. */
    hold(why: Why): boolean {
      if (reasons.has(why)) return false;
      reasons.add(why);
      socket.pause();
      return true;
    },
    release(why: Why): void {
      if (reasons.delete(why) && reasons.size === 0) socket.resume();
    },
  };
}
