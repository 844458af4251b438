// Windows of all sensors that have arrived share one commit, so the cost of making it durable is paid once for all of
// them. While one commit runs, the next group collects. Where the store can take nothing for now, as on a full disk,
// the group waits and is handed in again every second: sockets fill up, and the sensors keep their numbers.

import type { Logger } from 'pino';
import { ProdlensError } from '../errors.js';
import type { InstanceWindow, RecordedWindow, Store } from '../store/store.js';

/** Windows in one commit; what is more waits for the next. */
const GROUP_WINDOWS = 256;
const RETRY_MS = 1_000;

export interface GroupCommit {
  /** Resolves when the window is durable; rejects when its group could not be written. */
  add(window: InstanceWindow | RecordedWindow): Promise<void>;
  /** Resolves when nothing waits any more. A store that takes nothing is not waited for from now on. */
  drain(): Promise<void>;
  /** Windows that are not durable yet. */
  waiting(): number;
}

interface Waiting {
  window: InstanceWindow | RecordedWindow;
  done: () => void;
  failed: (error: unknown) => void;
}

export function createGroupCommit(
  store: Pick<Store, 'commit'>,
  log: Pick<Logger, 'error' | 'info'>,
  retryMs = RETRY_MS,
): GroupCommit {
  const waiting: Waiting[] = [];
  let running: Promise<void> | null = null;
  let isDraining = false;
  let isPaused = false;
  let wake: (() => void) | null = null;
  let writing = 0;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // Lets every socket that is readable now hand in its windows first.
      await new Promise(setImmediate);
      const group = waiting.splice(0, GROUP_WINDOWS);
      writing = group.length;
      try {
        await store.commit(group.map(({ window }) => window));
        if (isPaused) log.info('windows are taken in again');
        isPaused = false;
        for (const { done } of group) done();
      } catch (error) {
        if (!isDraining && error instanceof ProdlensError && error.code === 'PRODLENS_ERR_STORE_PAUSED') {
          waiting.unshift(...group);
          await pause(error);
        } else for (const { failed } of group) failed(error);
      }
    }
    writing = 0;
    running = null;
  }

  async function pause(error: ProdlensError): Promise<void> {
    if (!isPaused) log.error({ err: error, code: error.code }, `no window is taken in: ${error.message}`);
    isPaused = true;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resume) => {
      wake = resume;
      timer = setTimeout(resume, retryMs);
    });
    clearTimeout(timer);
  }

  return {
    add(window) {
      const durable = new Promise<void>((done, failed) => waiting.push({ window, done, failed }));
      running ??= run();
      return durable;
    },
    async drain() {
      isDraining = true;
      wake?.();
      await running;
      isDraining = false;
    },
    waiting: () => waiting.length + writing,
  };
}
