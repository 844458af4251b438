// How much of something there may be over time: a bucket that fills steadily and may be emptied at once.

export interface Rate {
  perSecond: number;
  /** What may come at once after a quiet time. */
  burst: number;
}

export interface Allowance {
  /** Takes one, or leaves it as it is and says no. */
  take(): boolean;
  /** Takes them whatever is left. Milliseconds to wait before the next, 0 for none. */
  spend(amount: number): number;
}

/** Keys that are remembered; the one that came first is forgotten where there are more. */
const KEYS = 100_000;

/** An allowance for each key. `now`: milliseconds of a clock that only goes forward. */
export function createAllowances(rate: Rate, now: () => number = () => performance.now()): (key: string) => Allowance {
  const allowances = new Map<string, Allowance>();
  return (key) => {
    const allowance = allowances.get(key) ?? createAllowance(rate, now);
    allowances.set(key, allowance);
    if (allowances.size > KEYS) allowances.delete(allowances.keys().next().value!);
    return allowance;
  };
}

function createAllowance({ perSecond, burst }: Rate, now: () => number): Allowance {
  let [left, atMs] = [burst, now()];
  const refill = () => {
    left = Math.min(burst, left + ((now() - atMs) / 1_000) * perSecond);
    atMs = now();
  };
  return {
    take() {
      refill();
      if (left < 1) return false;
      left--;
      return true;
    },
    spend(amount) {
      refill();
      left -= amount;
      return left >= 0 ? 0 : (-left / perSecond) * 1_000;
    },
  };
}
