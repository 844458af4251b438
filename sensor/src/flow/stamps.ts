// A value at an object of somebody else, who does not see it: what a WeakMap does, at a fifth of its cost and of what it
// costs the garbage collector, because the value is a private field of the object. Proxies are stamped themselves; no
// trap of theirs runs.

export interface Stamps<V> {
  /** undefined also of what is no object: libraries hand over what they are given. */
  get(object: unknown): V | undefined;
  set(object: object, value: V): void;
}

/** What is constructed is the object that it is given, so that a class that extends this puts its fields there. */
class Given {
  constructor(object: object) {
    // biome-ignore lint/correctness/noConstructorReturn: that is the point
    return object;
  }
}

export function createStamps<V>(): Stamps<V> {
  return class Stamp extends Given {
    #value: V | undefined;

    static get(object: unknown): V | undefined {
      return typeof object === 'object' && object !== null && #value in object ? object.#value : undefined;
    }

    static set(object: object, value: V): void {
      const stamped = #value in object ? object : (new Stamp(object) as Stamp);
      stamped.#value = value;
    }
  };
}
