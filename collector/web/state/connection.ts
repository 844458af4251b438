// How the page stands with the collector: whether it answers, when it did last, and what it refuses to renew. Every
// question that a page asks goes through here, so that what the bar says is true of all of them.

import { useEffect, useState } from 'preact/hooks';
import { get, RequestFailure } from './requests.js';

export interface Connection {
  state: 'connecting' | 'live' | 'offline';
  /** When an answer came last; 0: never. */
  atUnixMs: number;
  /** Why something that is shown is not renewed; null while all is. */
  failure: RequestFailure | null;
}

/** What nobody is told again: the place where the answer would stand says it. */
const FOR_GOOD = new Set([403, 404]);

let connection: Connection = { state: 'connecting', atUnixMs: 0, failure: null };
const failing = new Map<string, RequestFailure>();
const watchers = new Set<() => void>();
let onSignedOut = () => {};

/** As get; `question` names it among those that are asked again. Throws RequestFailure, or by the signal. */
export async function ask<T>(path: string, signal: AbortSignal, question = path): Promise<T> {
  try {
    const answer = await get<T>(path, signal);
    failing.delete(question);
    answered('live');
    return answer;
  } catch (error) {
    if (!(error instanceof RequestFailure) || signal.aborted) throw error;
    if (error.status === 401) onSignedOut();
    else if (!FOR_GOOD.has(error.status)) failing.set(question, error);
    answered(error.status === 0 ? 'offline' : 'live');
    throw error;
  }
}

/** It is no longer asked. */
export function forget(question: string): void {
  if (failing.delete(question)) answered(connection.state);
}

function answered(state: Connection['state']): void {
  const [failure = null] = failing.values();
  connection = { state, atUnixMs: state === 'live' ? Date.now() : connection.atUnixMs, failure };
  for (const look of watchers) look();
}

/** What happens when the collector no longer knows who asks. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = act;
}

/** Whether the collector answers, again whenever that changes. */
export function useConnection(): Connection {
  const [current, setCurrent] = useState(connection);
  useEffect(() => {
    const look = () => setCurrent(connection);
    watchers.add(look);
    look();
    return () => void watchers.delete(look);
  }, []);
  return current;
}
