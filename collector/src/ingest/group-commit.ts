// Windows of all sensors that have arrived share one transaction, so the cost of making it durable is paid once for
// all of them. While one commit runs, the next group collects.

import type { InstanceWindow, Store } from '../store/store.js';

/** Windows in one transaction; what is more waits for the next. */
const GROUP_WINDOWS = 256;

export interface GroupCommit {
  /** Resolves when the window is durable; rejects when its group could not be written. */
  add(window: InstanceWindow): Promise<void>;
  /** Resolves when nothing waits any more. */
  drain(): Promise<void>;
}

interface Waiting {
  window: InstanceWindow;
  done: () => void;
  failed: (error: unknown) => void;
}

export function createGroupCommit(store: Pick<Store, 'commit'>): GroupCommit {
  const waiting: Waiting[] = [];
  let running: Promise<void> | null = null;

  async function run(): Promise<void> {
    while (waiting.length > 0) {
      // Lets every socket that is readable now hand in its windows first.
      await new Promise(setImmediate);
      const group = waiting.splice(0, GROUP_WINDOWS);
      try {
        await store.commit(group.map(({ window }) => window));
        for (const { done } of group) done();
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    }
    running = null;
  }

  return {
    add(window) {
      const durable = new Promise<void>((done, failed) => waiting.push({ window, done, failed }));
      running ??= run();
      return durable;
    },
    async drain() {
      await running;
    },
  };
}
