// A WebSocket client for tests: what arrives is queued, and read one message at a time.

import { WebSocket } from 'ws';

const PATIENCE_MS = 60_000;

export interface MessageSocket<In> {
  socket: WebSocket;
  /** The next message; rejects when the socket closes or nothing comes for a minute. */
  next(): Promise<In>;
  /** Messages that have arrived and were not read. */
  unread(): number;
  /** Code and reason of the close. */
  closed: Promise<{ code: number; reason: string }>;
}

/** Resolves when open; rejects with the HTTP status and body when the upgrade is refused. */
export function openMessageSocket<In>(
  url: string,
  decode: (data: Buffer) => In,
  headers: Record<string, string> = {},
): Promise<MessageSocket<In>> {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), { headers });
  const arrived: In[] = [];
  let wake = () => {};
  socket.on('message', (data: Buffer) => {
    arrived.push(decode(data));
    wake();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: String(reason) });
      wake();
    });
  });

  async function next(): Promise<In> {
    if (arrived.length === 0) {
      await new Promise<void>((resolve, reject) => {
        if (socket.readyState === socket.CLOSED) resolve();
        const patience = setTimeout(() => reject(new Error('no message came')), PATIENCE_MS);
        wake = () => {
          clearTimeout(patience);
          resolve();
        };
      });
    }
    if (arrived.length === 0) throw new Error('the socket closed');
    return arrived.shift()!;
  }

  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => resolve({ socket, next, unread: () => arrived.length, closed }));
    socket.on('unexpected-response', (_request, response) => {
      let body = '';
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => {
        socket.terminate();
        reject(Object.assign(new Error(body), { status: response.statusCode, body: JSON.parse(body) }));
      });
    });
  });
}
