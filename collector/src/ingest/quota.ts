// How much one token may name: services and functions by what is in the store, instances by how fast new ones come, as
// those are forgotten with time. What a service's functions count for is the token that named the service first.

import type { FunctionPlace, SensorHello } from '@prodlens/protocol';
import { ProdlensError, quoted } from '../errors.js';
import { createAllowances } from '../rate.js';
import type { Store } from '../store/store.js';
import type { TokenLimits } from '../token-limits.js';

export interface Quota {
  /** Throws PRODLENS_ERR_TOO_MANY_SERVICES or PRODLENS_ERR_TOO_MANY_INSTANCES. */
  admitInstance(tokenId: string, hello: SensorHello): Promise<void>;
  /** Functions that are about to be named, new or not. Throws PRODLENS_ERR_TOO_MANY_FUNCTIONS. */
  admitFunctions(service: string, functions: FunctionPlace[]): Promise<void>;
}

type Names = Pick<Store, 'tokenOfService' | 'namedByToken' | 'unknownFunctions' | 'instances'>;
/** The store forgets functions, so a count is no longer right after this time. */
const RECOUNT_MS = 60_000;

/** `now`: milliseconds of a clock that only goes forward. */
export function createQuota(store: Names, limits: TokenLimits, now: () => number = () => performance.now()): Quota {
  const rate = { perSecond: limits.instancesPerHour / 3_600, burst: limits.instancesPerHour };
  const arrivals = createAllowances(rate, now);
  /** At most so many functions are of the token: counted once, and then as if all that came were new, until it matters. */
  const functionsOf = new Map<string, { atMost: number; isExact: boolean; countedMs: number }>();

  return {
    async admitInstance(tokenId, { service, environment, version, instance }) {
      const [known] = await store.instances(0, instance);
      if (known?.service === service && known.environment === environment && known.version === version) return;
      const isNew = (await store.tokenOfService(service)) === null;
      if (isNew && (await store.namedByToken(tokenId)).services >= limits.services) {
        throw new ProdlensError(
          'PRODLENS_ERR_TOO_MANY_SERVICES',
          `This token has named ${limits.services} services already, and ${quoted(service)} would be one more`,
        );
      }
      if (!arrivals(tokenId).take()) {
        throw new ProdlensError(
          'PRODLENS_ERR_TOO_MANY_INSTANCES',
          `More than ${limits.instancesPerHour} new instances within an hour by this token`,
        );
      }
    },

    async admitFunctions(service, functions) {
      const tokenId = (await store.tokenOfService(service)) ?? '';
      const count = async () => {
        const { functions: atMost } = await store.namedByToken(tokenId);
        const counted = { atMost, isExact: true, countedMs: now() };
        functionsOf.set(tokenId, counted);
        return counted;
      };
      let of = functionsOf.get(tokenId) ?? (await count());
      if (of.atMost + functions.length <= limits.functions) {
        of.atMost += functions.length;
        of.isExact = false;
        return;
      }
      if (!of.isExact || now() - of.countedMs > RECOUNT_MS) of = await count();
      const added = await store.unknownFunctions(service, functions);
      if (added > 0 && of.atMost + added > limits.functions) {
        throw new ProdlensError(
          'PRODLENS_ERR_TOO_MANY_FUNCTIONS',
          `The services of this token have ${of.atMost} functions, and no more than ${limits.functions} are kept`,
        );
      }
      of.atMost += added;
    },
  };
}
