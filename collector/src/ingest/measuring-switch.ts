// The kill switch: which services are measured in which environments, and the sensors that must hear of a change. What
// was told is in the store, so it outlives the collector; a copy in memory answers every sensor that connects.
//
// A rule for one environment counts before the service's rule for all of them; without a rule a service is measured.

import { ProdlensError } from '../errors.js';
import { isMeasured } from '../query/catalog.js';
import type { MeasuringRule, Store } from '../store/store.js';

export interface Place {
  service: string;
  environment: string;
}

export interface MeasuringSwitch {
  /**
   * Calls `tell` at once, and again whenever it has become another for the place. Returns the function that ends this.
   */
  follow(place: Place, tell: (measuring: boolean) => void): () => void;
  /** Durable when it resolves, and told to the sensors it changes: how many. `environment` null: all of them. */
  set(service: string, environment: string | null, measuring: boolean): Promise<{ told: number }>;
  rules(): MeasuringRule[];
  /** Reads the rules again, which another collector may have changed, and tells the sensors that this changes. */
  reload(): Promise<void>;
}

/** Of all services together. */
const MAXIMUM_RULES = 1_000;

interface Follower {
  place: Place;
  told: boolean;
  tell: (measuring: boolean) => void;
}

/** `changed` hears of each service whose rules are others now. */
export async function createMeasuringSwitch(
  store: Store,
  now: () => number,
  changed: (service: string) => void = () => {},
): Promise<MeasuringSwitch> {
  const followers = new Set<Follower>();
  let rules = await store.measuringRules();
  let previous: Promise<unknown> = Promise.resolve();

  function isOn({ service, environment }: Place): boolean {
    return isMeasured(
      rules.filter((rule) => rule.service === service),
      environment,
    );
  }

  function tellChanged(): number {
    let told = 0;
    for (const follower of followers) {
      const measuring = isOn(follower.place);
      if (measuring === follower.told) continue;
      follower.told = measuring;
      follower.tell(measuring);
      told++;
    }
    return told;
  }

  async function change(to: Omit<MeasuringRule, 'changedUnixMs'>): Promise<{ told: number }> {
    const own = rules.filter(({ service }) => service === to.service);
    const next = changedRules(own, to, now());
    if (rules.length - own.length + next.length > MAXIMUM_RULES) {
      throw new ProdlensError('PRODLENS_ERR_TOO_MANY_RULES', `No more than ${MAXIMUM_RULES} rules are kept`);
    }
    await store.replaceMeasuringRules(to.service, next);
    rules = await store.measuringRules();
    changed(to.service);
    return { told: tellChanged() };
  }

  return {
    follow(place, tell) {
      const follower = { place, told: isOn(place), tell };
      followers.add(follower);
      tell(follower.told);
      return () => followers.delete(follower);
    },

    set(service, environment, measuring) {
      // One after the other: each starts from what the one before has left.
      const set = previous.then(() => change({ service, environment, measuring }));
      previous = set.catch(() => {});
      return set;
    },

    rules: () => rules,

    reload() {
      const reloaded = previous.then(async () => {
        const before = rules;
        rules = await store.measuringRules();
        for (const service of servicesThatDiffer(before, rules)) changed(service);
        tellChanged();
      });
      previous = reloaded.catch(() => {});
      return reloaded;
    },
  };
}

function servicesThatDiffer(a: MeasuringRule[], b: MeasuringRule[]): string[] {
  const of = (rules: MeasuringRule[], service: string) => JSON.stringify(rules.filter((r) => r.service === service));
  return [...new Set([...a, ...b].map(({ service }) => service))].filter((s) => of(a, s) !== of(b, s));
}

/** The rules of a service after a change: no more of them than say something. */
function changedRules(
  own: MeasuringRule[],
  { service, environment, measuring }: Omit<MeasuringRule, 'changedUnixMs'>,
  changedUnixMs: number,
): MeasuringRule[] {
  const rule = { service, environment, measuring, changedUnixMs };
  if (environment === null) return measuring ? [] : [rule];
  const others = own.filter((r) => r.environment !== environment);
  const otherwise = own.find((r) => r.environment === null)?.measuring ?? true;
  return measuring === otherwise ? others : [...others, rule];
}
