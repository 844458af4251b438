// Brings what has been taken in to the tables once a minute.

import type { Intake } from './sqlite/intake.js';

/** How often it is looked whether a minute is over. */
const FLUSH_CHECK_MS = 1_000;
/** Between the slices of a flush. */
const FLUSH_PAUSE_MS = 5;

/** Told why what was received cannot be brought to the tables, once for each reason in a row. */
export type NotWritten = (reason: Error) => void;

/** The function that ends it. What cannot be written is tried again in a second; the journal, which is bounded, keeps it. */
export function flushMinutes(intake: Intake, notWritten: NotWritten = () => {}): () => void {
  let minute = Math.floor(Date.now() / 60_000);
  let isFlushing = false;
  let told: string | null = null;
  const timer = setInterval(() => {
    const now = Math.floor(Date.now() / 60_000);
    if (now === minute || isFlushing) return;
    isFlushing = true;
    intake
      .flush(() => new Promise((done) => setTimeout(done, FLUSH_PAUSE_MS)))
      .then(
        () => {
          minute = now;
          told = null;
        },
        (error: Error) => {
          if (error.message !== told) notWritten(error);
          told = error.message;
        },
      )
      .finally(() => {
        isFlushing = false;
      });
  }, FLUSH_CHECK_MS).unref();
  return () => clearInterval(timer);
}
