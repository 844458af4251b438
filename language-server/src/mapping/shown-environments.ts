// Of which environment each service's numbers are: what the setting says, else what was chosen from the numbers that
// have arrived, which stays chosen.

import type { FunctionStats } from '@prodlens/protocol';
import { keepEnvironment } from './environment.js';

export interface ShownEnvironments {
  /** Chosen now where nothing was before. */
  of(service: string): string;
  /** '' where nothing was chosen yet. */
  chosen(service: string): string;
  /** Numbers have changed. */
  look(): void;
  /** Those of another collector. */
  forget(): void;
}

/** `functionsOf` gives all numbers of a service that have arrived. */
export function shownEnvironments(
  setting: () => string,
  functionsOf: (service: string) => FunctionStats[],
): ShownEnvironments {
  const chosen = new Map<string, string>();
  const known = new Map<string, string>();
  return {
    of(service) {
      const before = known.get(service);
      if (before !== undefined) return before;
      const functions = functionsOf(service);
      const environment = keepEnvironment(functions, setting(), chosen.get(service) ?? '');
      if (setting() === '' && functions.length > 0) chosen.set(service, environment);
      known.set(service, environment);
      return environment;
    },
    chosen: (service) => setting() || (chosen.get(service) ?? ''),
    look: () => known.clear(),
    forget: () => chosen.clear(),
  };
}
