// Answers that stay fresh: a page names the question, and gets the answer again and again while it is looked at. What was
// answered before shows at once when one comes back to it.

import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, forget } from './connection.js';
import { type Repetition, repeat } from './repeat.js';
import { RequestFailure } from './requests.js';

export interface Answer<T> {
  /** The last answer, also while the collector is away; null before the first. */
  data: T | null;
  /** Why there is no newer one; null while all is well. */
  failure: RequestFailure | null;
}

const EVERY_MS = 5_000;
const REMEMBERED = 60;

const remembered = new Map<string, unknown>();

/** `path` below /api/v1/; null asks nothing. `everyMs` 0: asked once. */
export function useAnswer<T>(path: string | null, everyMs = EVERY_MS): Answer<T> & { again: () => void } {
  const [failure, setFailure] = useState<{ path: string; failure: RequestFailure } | null>(null);
  const [, setCount] = useState(0);
  const repetition = useRef<Repetition | null>(null);

  useEffect(() => {
    if (path === null) return;
    const own = repeat(async (signal) => {
      try {
        remember(path, await ask<T>(path, signal));
        setFailure(null);
        setCount((count) => count + 1);
      } catch (error) {
        if (error instanceof RequestFailure) setFailure({ path, failure: error });
      }
    }, everyMs);
    repetition.current = own;
    return () => {
      own.stop();
      forget(path);
    };
  }, [path, everyMs]);

  return {
    data: path === null ? null : ((remembered.get(path) as T | undefined) ?? null),
    failure: failure !== null && failure.path === path ? failure.failure : null,
    again: () => repetition.current?.now(),
  };
}

/** For who signs in next. */
export function forgetAnswers(): void {
  remembered.clear();
}

function remember(path: string, answer: unknown): void {
  remembered.delete(path);
  remembered.set(path, answer);
  if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
}
