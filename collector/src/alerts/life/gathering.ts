// Writes steps of alerts into the book, and says so only when it is known which of them have one cause: then of the cause
// alone, with where else it shows, and again when that has become more.

import type { Alert } from '@prodlens/protocol';
import type { AlertBook, KeptAlert } from './alert-book.js';
import type { Step } from './alert-life.js';
import { partsOfCauses } from './one-cause.js';

/** What there is to say to people; spread: it is seen in more places. */
export type Told = { alert: Alert; what: NonNullable<Step['tell']> | 'spread' };

export function createGathering(book: AlertBook, now: () => number, changed: (told: Told[]) => void) {
  /** What is in the book and has not been said. */
  const untold: Told[] = [];
  let hasChanged = false;

  function apply(steps: Array<{ kept: KeptAlert; step: Step }>): void {
    if (steps.length === 0) return;
    book.put(steps.map(({ kept, step }) => ({ ...kept, alert: step.alert })));
    hasChanged = true;
    for (const { step } of steps) if (step.tell !== null) untold.push({ alert: step.alert, what: step.tell });
  }

  /** Gathers what has one cause, then tells of what changed. `all`: alerts of a service and environment. */
  function settle(all: KeptAlert[]): void {
    if (!hasChanged) return;
    const parts = partsOfCauses(all, now());
    const moved = all.filter(({ alert, partOf }) => alert.state !== 'closed' && parts.get(alert.id) !== partOf);
    book.put(
      moved.map(({ partOf: _, ...kept }) => {
        const { alert } = kept;
        const partOf = parts.get(alert.id);
        if (partOf !== undefined) return { ...kept, partOf };
        // No longer explained: it has not been told of for itself.
        if (alert.state === 'open' && untold.every((one) => one.alert.id !== alert.id))
          untold.push({ alert, what: 'opened' });
        return kept;
      }),
    );
    tell(moved.flatMap(({ alert }) => parts.get(alert.id) ?? []));
  }

  /** `spread`: ids of alerts of which more parts are known. */
  function tell(spread: string[] = []): void {
    if (!hasChanged) return;
    hasChanged = false;
    const told = untold.splice(0).filter(({ alert }) => book.get(alert.id)?.partOf === undefined);
    for (const id of new Set(spread)) {
      const { alert } = book.get(id)!;
      if (alert.state === 'open' && !told.some((one) => one.alert.id === id)) told.push({ alert, what: 'spread' });
    }
    changed(told);
  }

  return { apply, settle, tell };
}
