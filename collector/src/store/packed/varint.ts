// LEB128 varints: the numbers of packed rows and of the journal. They saturate at 2^53 - 1, so that no value a sensor
// sends can break a row.

/** Bytes that grow as they are written. Made to be used again: `take` hands out a copy and starts anew. */
export interface ByteWriter {
  byte(value: number): void;
  /** Of 0 or more; rounded to an integer. */
  varint(value: number): void;
  bytes(value: Uint8Array): void;
  take(): Uint8Array;
}

/** `initialBytes`: room to begin with; it doubles when that is full. */
export function createByteWriter(initialBytes = 4_096): ByteWriter {
  let buffer = new Uint8Array(initialBytes);
  let length = 0;

  function room(bytes: number): void {
    if (length + bytes <= buffer.length) return;
    const larger = new Uint8Array(Math.max(2 * buffer.length, length + bytes));
    larger.set(buffer);
    buffer = larger;
  }

  return {
    byte(value) {
      room(1);
      buffer[length++] = value;
    },
    varint(value) {
      room(8);
      let rest = value;
      // Most numbers are small integers, and those can be shifted, which is several times faster than dividing.
      if (rest !== (rest | 0)) {
        rest = Math.min(Math.round(rest), Number.MAX_SAFE_INTEGER);
        while (rest >= 2 ** 31) {
          buffer[length++] = (rest % 128) + 128;
          rest = Math.floor(rest / 128);
        }
      }
      while (rest >= 128) {
        buffer[length++] = (rest & 127) | 128;
        rest >>= 7;
      }
      buffer[length++] = rest;
    },
    bytes(value) {
      room(value.length);
      buffer.set(value, length);
      length += value.length;
    },
    take() {
      const taken = buffer.slice(0, length);
      length = 0;
      return taken;
    },
  };
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
