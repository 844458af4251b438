// Answers that stay fresh: a page names the question, and gets the answer again and again while it is looked at. What was
// answered before shows at once when one comes back to it. A collector that takes long is asked less often.

import { useEffect, useState } from 'preact/hooks';
import { get, RequestFailure } from './requests.js';

export interface Answer<T> {
  /** The last answer, also while the collector is away; null before the first. */
  data: T | null;
  /** Why there is no newer one; null while all is well. */
  failure: RequestFailure | null;
}

/** How the page stands with the collector. */
export interface Connection {
  state: 'connecting' | 'live' | 'offline';
  /** When an answer came last. */
  atUnixMs: number;
}

const EVERY_MS = 5_000;
/** Of its time, a collector gives at most so much to one page. */
const PATIENCE = 10;
const REMEMBERED = 60;

const remembered = new Map<string, unknown>();
const watchers = new Set<() => void>();
let connection: Connection = { state: 'connecting', atUnixMs: 0 };
let onSignedOut = () => {};

/** `path` below /api/v1/; null asks nothing. `everyMs` 0: asked once. */
export function useAnswer<T>(path: string | null, everyMs = EVERY_MS): Answer<T> & { again: () => void } {
  const [failure, setFailure] = useState<{ path: string; failure: RequestFailure } | null>(null);
  const [, setCount] = useState(0);
  const [asked, setAsked] = useState(0);

  // asked anew when somebody wants it
  useEffect(() => {
    if (path === null) return;
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async () => {
      clearTimeout(timer);
      const start = performance.now();
      try {
        remember(path, await get<T>(path, stop.signal));
        setFailure(null);
        setCount((count) => count + 1);
        setConnection('live');
      } catch (error) {
        if (!(error instanceof RequestFailure)) return;
        if (error.status === 401) return onSignedOut();
        if (error.status === 0) setConnection('offline');
        else setConnection('live');
        setFailure({ path, failure: error });
      }
      if (everyMs === 0 || stop.signal.aborted || document.hidden) return;
      timer = setTimeout(ask, Math.max(everyMs, PATIENCE * (performance.now() - start)));
    };
    const wake = () => {
      if (!document.hidden) void ask();
    };
    document.addEventListener('visibilitychange', wake);
    void ask();
    return () => {
      stop.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', wake);
    };
  }, [path, everyMs, asked]);

  return {
    data: path === null ? null : ((remembered.get(path) as T | undefined) ?? null),
    failure: failure !== null && failure.path === path ? failure.failure : null,
    again: () => setAsked((count) => count + 1),
  };
}

export function useConnection(): Connection {
  const [current, setCurrent] = useState(connection);
  useEffect(() => {
    const look = () => setCurrent(connection);
    watchers.add(look);
    return () => void watchers.delete(look);
  }, []);
  return current;
}

/** What happens when the collector no longer knows who asks. */
export function whenSignedOut(act: () => void): void {
  onSignedOut = () => {
    remembered.clear();
    act();
  };
}

function remember(path: string, answer: unknown): void {
  remembered.delete(path);
  remembered.set(path, answer);
  if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
}

function setConnection(state: Connection['state']): void {
  connection = { state, atUnixMs: state === 'live' ? Date.now() : connection.atUnixMs };
  for (const look of watchers) look();
}
