// Of which environment and version the numbers are: one of each for a service, so that no lens mixes two.

import type { FunctionStats } from '@prodlens/protocol';

const DEFAULT_ENVIRONMENT = 'production';

/**
 * As chooseEnvironment(), but stays with what was chosen before for as long as it has calls, so that numbers of one
 * more file do not turn all others into those of another environment. '' where nothing was chosen before.
 */
export function keepEnvironment(functions: FunctionStats[], setting: string, before: string): string {
  if (setting !== '') return setting;
  const kept =
    functions.length === 0 || functions.some(({ environment, calls }) => environment === before && calls > 0);
  return before !== '' && kept ? before : chooseEnvironment(functions, '');
}

/** Whether a lens has to say of which environment it is: it was chosen, and is not the one that people expect. */
export function isUnexpected(environment: string): boolean {
  return environment !== DEFAULT_ENVIRONMENT;
}

/** The setting where there is one; else production if it was called in the window, else where most calls were. */
export function chooseEnvironment(functions: FunctionStats[], setting: string): string {
  if (setting !== '') return setting;
  const calls = new Map<string, number>();
  for (const stats of functions) calls.set(stats.environment, (calls.get(stats.environment) ?? 0) + stats.calls);
  if ((calls.get(DEFAULT_ENVIRONMENT) ?? 0) > 0) return DEFAULT_ENVIRONMENT;
  const [busiest] = [...calls].sort(([a, callsOfA], [b, callsOfB]) => callsOfB - callsOfA || (a < b ? -1 : 1));
  if (!busiest) return DEFAULT_ENVIRONMENT;
  return busiest[1] === 0 && calls.has(DEFAULT_ENVIRONMENT) ? DEFAULT_ENVIRONMENT : busiest[0];
}

/**
 * The version that runs, by what one environment's functions of a file say: the service's latest where some have it,
 * else that of most functions. '' without functions.
 */
export function runningVersion(functions: FunctionStats[], latest: string): string {
  const counts = new Map<string, number>();
  for (const { version } of functions) counts.set(version, (counts.get(version) ?? 0) + 1);
  if (counts.has(latest)) return latest;
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0] ?? '';
}
