// Puts alerts together: the book, the analysis on its thread, the watch over the minutes, the channels; and runs them.

import type { Logger } from 'pino';
import type { Query } from '../query/query.js';
import type { Store } from '../store/store.js';
import { type AlertSettings, readAlertSettings } from './alert-settings.js';
import { type AlertBook, openAlertBook } from './life/alert-book.js';
import { type AlertDesk, createAlertDesk } from './life/alert-desk.js';
import type { Told } from './life/gathering.js';
import { createChannels } from './telling/channels.js';
import { headsUp } from './telling/heads-up.js';
import { createTelling } from './telling/telling.js';
import { createAlertWatch, scopeKey } from './watch/alert-watch.js';
import { startAnalysis } from './watch/analysis-client.js';
import { createThresholds, type Thresholds } from './watch/thresholds.js';

export interface Alerts {
  desk: AlertDesk;
  book: AlertBook;
  thresholds: Thresholds;
  /** Numbers of a service have changed. */
  numbersChanged(): void;
  /** Bytes of what detection remembers of functions. */
  rememberedBytes(): number;
  /** Everything that is due now, each step of it; resolves when it is done. What the timer does, for a test too. */
  run(): Promise<void>;
  close(): Promise<void>;
}

export interface AlertsParts {
  store: Store;
  query: Query;
  settings: AlertSettings;
  book: AlertBook;
  desk: AlertDesk;
  log: Logger;
  now: () => number;
  /** An alert has changed: those who show it should look. */
  changed: () => void;
  /** How often what is due is looked for; 0: never by itself. */
  everyMs?: number;
}

const EVERY_MS = 5_000;
const SWEEP_MS = 3_600_000;

/** Settings, book and desk; `changed` as in AlertsParts. Throws PRODLENS_ERR_ALERT_SETTINGS or PRODLENS_ERR_DATA_FOLDER. */
export function openAlerts(dataDir: string, now: () => number, changed: () => void) {
  const settings = readAlertSettings(dataDir);
  const book = openAlertBook(dataDir);
  return { settings, book, desk: createAlertDesk(book, now, changed) };
}

/**
 * Looks every `everyMs`, or, with 0, only when `run` is called. What fails is logged, and tried again the next time.
 */
export function startAlerts(parts: AlertsParts): Alerts {
  const { store, query, settings, book, desk, log, now, changed, everyMs = EVERY_MS } = parts;
  const analysis = startAnalysis((error) => log.error({ err: error }, 'the analysis has ended: no more alerts'));
  const thresholds = createThresholds(store, analysis, now);
  const channels = createChannels(settings.channels ?? [], book, log, now);
  const telling = createTelling({
    settings,
    book,
    channels,
    links: { webAppUrl: settings.webAppUrl ?? null },
    now,
    headsUp: (isOf) => headsUp(query, desk, now(), {}, isOf),
  });
  const watch = createAlertWatch({
    ...{ store, query, book, analysis, log, now },
    rules: settings.rules ?? [],
    changed: (told: Told[]) => {
      telling.add(told);
      changed();
    },
  });

  let isFresh = true;
  let sweptMs = 0;
  let running: Promise<void> | null = null;
  async function run(): Promise<void> {
    if (isFresh) {
      isFresh = false;
      await watch.lookAtYoung();
    }
    await watch.catchUp();
    await telling.tick();
    await thresholds.refresh((await store.deployments()).map(scopeKey));
    if (Math.abs(now() - sweptMs) > SWEEP_MS) {
      sweptMs = now();
      book.sweep(now());
    }
  }
  function runOnce(): Promise<void> {
    running ??= run()
      .catch((error: unknown) => log.error({ err: error }, 'the alerts could not be looked after'))
      .finally(() => {
        running = null;
      });
    return running;
  }
  const timer = everyMs > 0 ? setInterval(runOnce, everyMs) : undefined;
  timer?.unref();

  return {
    desk,
    book,
    thresholds,
    rememberedBytes: analysis.rememberedBytes,
    numbersChanged() {
      isFresh = true;
    },
    run: async () => {
      await running;
      await runOnce();
    },
    async close() {
      clearInterval(timer);
      await analysis.close();
      await running;
      book.close();
    },
  };
}
