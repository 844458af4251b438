// A function of a library that the sensor wants to be told of: of each call with `this` and its arguments, and, where it
// asks for that, of the call's end. Nothing of the library is wrapped or replaced; text is inserted, as for counting.

export interface Probe {
  /** By which the sensor knows it: letters and dots. */
  id: string;
  /** The function's qualified name; "*.name" is one of that name inside of anything. */
  name: string;
  /** Whether its end is told too. */
  around: boolean;
}

/** The probe of a function; null where it has none. */
export function probeOf(name: string, probes: readonly Probe[]): Probe | null {
  return (
    probes.find((probe) =>
      probe.name.startsWith('*.')
        ? name === probe.name.slice(2) || name.endsWith(probe.name.slice(1))
        : name === probe.name,
    ) ?? null
  );
}
