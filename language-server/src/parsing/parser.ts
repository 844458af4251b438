// The parser as the rest of the server sees it: a text in, what is in it out, by another thread. The thread is there
// before the first question, goes when none has come for a while, and comes back with the next, also after it has died of
// one; a text that it dies of has nothing in it.

import { Worker } from 'node:worker_threads';
import type { FingerprintedFunction } from '@prodlens/syntax';
import type { Cost } from '@prodlens/syntax/costs';

export interface ParserQuestion {
  id: number;
  what: 'outline' | 'costs';
  text: string;
  /** Whose extension says what language it is. */
  path: string;
}

export interface ParserAnswer {
  id: number;
  found: FingerprintedFunction[] | Cost[];
}

/** Nothing rejects. Questions are answered in their order. */
export interface Parser {
  outline(text: string, path: string): Promise<FingerprintedFunction[]>;
  costs(text: string, path: string): Promise<Cost[]>;
  stop(): void;
}

/** Without a question for so long, the thread and its memory are given back. */
const IDLE_MS = 60_000;

/** `program` is the parser's own. */
export function startParser(program: URL): Parser {
  const waiting = new Map<number, (found: ParserAnswer['found']) => void>();
  let lastId = 0;
  let idle: NodeJS.Timeout | undefined;
  let thread: Worker | null = start();

  function start(): Worker {
    const started = new Worker(program, { stdout: true, stderr: true });
    started.on('message', ({ id, found }: ParserAnswer) => {
      waiting.get(id)?.(found);
      waiting.delete(id);
      if (waiting.size > 0) return;
      started.unref();
      idle = setTimeout(stop, IDLE_MS).unref();
    });
    started.once('error', () => {
      if (thread === started) thread = null;
      for (const answer of waiting.values()) answer([]);
      waiting.clear();
    });
    // It keeps a program alive only while it is waited for.
    started.unref();
    return started;
  }

  function stop(): void {
    clearTimeout(idle);
    void thread?.terminate();
    thread = null;
  }

  function ask<T>(what: ParserQuestion['what'], text: string, path: string): Promise<T[]> {
    clearTimeout(idle);
    const id = ++lastId;
    return new Promise((resolve) => {
      waiting.set(id, (found) => resolve(found as T[]));
      thread ??= start();
      thread.ref();
      thread.postMessage({ id, what, text, path } satisfies ParserQuestion);
    });
  }

  return {
    outline: (text, path) => ask('outline', text, path),
    costs: (text, path) => ask('costs', text, path),
    stop,
  };
}
