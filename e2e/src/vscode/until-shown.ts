// A person who clicks and sees nothing happen clicks again, and so do these tests: a row may be drawn anew under the
// pointer, a menu of VS Code does not hear the mouse in its first 100 ms, a list closes when something takes the focus.

import { eventually } from '../eventually.js';

/** After this an action without an effect is done again, where nothing else is said. */
const EFFECT_MS = 6_000;
const DEADLINE_MS = 90_000;

/**
 * Resolves once `shows` answers with something truthy; until then does `act` again and again. What either throws counts
 * as not yet. `act` must do no harm when it is done twice.
 */
export async function untilShown(
  what: string,
  shows: () => Promise<unknown>,
  act: () => Promise<unknown>,
  effectMs = EFFECT_MS,
): Promise<void> {
  const isShown = async () => ((await shows()) ? true : undefined);
  await eventually(
    what,
    async () => {
      if (await isShown().catch(() => false)) return true;
      await act();
      return eventually(what, isShown, effectMs);
    },
    DEADLINE_MS,
  );
}
