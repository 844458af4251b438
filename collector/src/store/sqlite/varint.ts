// LEB128 varints: the numbers of the packed rows. They saturate at 2^53 - 1, so that no value a sensor sends can break
// a row.

export function writeVarint(out: number[], value: number): void {
  let rest = Math.min(Math.round(value), Number.MAX_SAFE_INTEGER);
  while (rest >= 128) {
    out.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  out.push(rest);
}

/** A function that gives the next number of the bytes from `at` on; throws when they are cut short. */
export function varintReader(bytes: Uint8Array, at: number): () => number {
  let next = at;
  return () => {
    // Most numbers are small, and 28 bits can be shifted, which is several times faster than multiplying.
    let byte = byteAt(bytes, next++);
    let value = byte & 127;
    for (let shift = 7; byte >= 128 && shift < 28; shift += 7) {
      byte = byteAt(bytes, next++);
      value |= (byte & 127) << shift;
    }
    for (let weight = 2 ** 28; byte >= 128; weight *= 128) {
      byte = byteAt(bytes, next++);
      value += (byte & 127) * weight;
    }
    return value;
  };
}

function byteAt(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) throw new Error('a packed row is cut short');
  return bytes[at]!;
}
