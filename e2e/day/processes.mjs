// The collector with a clock of its own, as whoever turns the clock sees it; and how much memory a process has.

import { execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

const HEAP_MB = 256;
const PROGRAM = fileURLToPath(new URL('clocked-collector.mjs', import.meta.url));

/**
 * { url, turn(nowMs), run(), residentBytes(), close() }; each resolves when the collector has done
 * it. Each of its threads may have HEAP_MB of a heap: with room for gigabytes, garbage is left lying for hours, and one
 * could not tell whether memory grows.
 */
export async function startClockedCollector(dataDir, startMs, env) {
  const execArgv = [`--max-old-space-size=${HEAP_MB}`];
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'];
  const child = fork(PROGRAM, [dataDir, String(startMs)], { env, execArgv, stdio });
  const waiting = new Map();
  let lastId = 0;
  const ended = once(child, 'exit').then(([code, signal]) => {
    throw new Error(`the collector ended with ${signal ?? code}`);
  });
  ended.catch(() => {});
  const [{ url }] = await Promise.race([once(child, 'message'), ended]);
  child.on('message', (answer) => {
    waiting.get(answer.id)?.(answer);
    waiting.delete(answer.id);
  });
  const ask = (message) => {
    const id = ++lastId;
    const answered = new Promise((resolve) => waiting.set(id, resolve));
    child.send({ id, ...message });
    return Promise.race([answered, ended]);
  };
  return {
    url,
    turn: (nowMs) => ask({ nowMs }),
    run: () => ask({ run: true }),
    residentBytes: async () => (await ask({})).residentBytes,
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.send({ close: true });
      const late = setTimeout(() => child.kill('SIGKILL'), 20_000);
      await gone;
      clearTimeout(late);
    },
  };
}

/** Resident memory of another process; null where the system has no ps. */
export function residentBytes(pid) {
  try {
    return 1024 * Number(execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' }));
  } catch {
    return null;
  }
}
