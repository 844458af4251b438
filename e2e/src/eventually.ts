// Waiting for something that becomes true by itself: tried again until it holds, never a fixed sleep.

import { setTimeout as delay } from 'node:timers/promises';

/**
 * The first result of `attempt` that is neither a throw nor undefined. After `deadlineMs` throws, with the last error
 * as its cause; `what` completes the sentence "not within 60 s: …".
 */
export async function eventually<T>(
  what: string,
  attempt: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 60_000,
): Promise<T> {
  const deadline = performance.now() + deadlineMs;
  let cause: unknown;
  do {
    try {
      const result = await attempt();
      if (result !== undefined) return result;
    } catch (error) {
      cause = error;
    }
    await delay(200);
  } while (performance.now() < deadline);
  const last = cause instanceof Error ? `\n${cause.message}` : '';
  throw new Error(`not within ${deadlineMs / 1000} s: ${what}${last}`, { cause });
}
