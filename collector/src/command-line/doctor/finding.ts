// One link of the chain from a service's functions to the lens over them, as it was found.

export interface Finding {
  /** `unsure`: it may be as it should, and cannot be seen from here. */
  state: 'good' | 'broken' | 'unsure';
  /** The link: "Sensor", "Collector". */
  link: string;
  /** A sentence. */
  text: string;
  /** What to do about it; '' where there is nothing to do. */
  remedy: string;
}

/** A link of the chain that holds. */
export function good(link: string, text: string): Finding {
  return { state: 'good', link, text, remedy: '' };
}

/** A link that does not. `remedy`: what to do, as a sentence. */
export function broken(link: string, text: string, remedy: string): Finding {
  return { state: 'broken', link, text, remedy };
}

/** A link of which nothing can be said from here. `remedy`: how to find out. */
export function unsure(link: string, text: string, remedy: string): Finding {
  return { state: 'unsure', link, text, remedy };
}
