// As much of protobuf's wire format as OTLP needs: fields in, a few fields out. Lengths are checked against the bytes
// that are there, so whatever is received is read in one pass over it or refused.

/** The bytes are no protobuf message. */
export class ProtobufError extends Error {}

/** Varints and fixed 32 bits come as numbers, fixed 64 bits as bigint, all else as bytes of the given buffer. */
export type FieldValue = number | bigint | Buffer;

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;
const LONGEST_VARINT = 10;

/** Calls `visit` for each field in order. Throws ProtobufError. O(n), without what `visit` does. */
export function readFields(message: Buffer, visit: (field: number, value: FieldValue) => void): void {
  let at = 0;

  /** Above 2^53 no longer exact, which only lengths and numbers that are refused anyway are. */
  function varint(): number {
    let value = 0;
    for (let i = 0; i < LONGEST_VARINT; i++) {
      const byte = message[at++];
      if (byte === undefined) break;
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    throw new ProtobufError('a number is cut short or too long');
  }

  function take(length: number): Buffer {
    if (length > message.length - at) throw new ProtobufError('a field is longer than its message');
    at += length;
    return message.subarray(at - length, at);
  }

  while (at < message.length) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    switch (tag % 8) {
      case VARINT:
        visit(field, varint());
        break;
      case FIXED64:
        visit(field, take(8).readBigUInt64LE());
        break;
      case BYTES:
        visit(field, take(varint()));
        break;
      case FIXED32:
        visit(field, take(4).readUInt32LE());
        break;
      default:
        throw new ProtobufError(`wire type ${tag % 8} is not known`);
    }
  }
}

/** A field of a number >= 0, or of a text or message. */
export function writeField(field: number, value: number | string | Buffer): Buffer {
  if (typeof value === 'number') return Buffer.concat([writeVarint(field * 8 + VARINT), writeVarint(value)]);
  const bytes = Buffer.from(value);
  return Buffer.concat([writeVarint(field * 8 + BYTES), writeVarint(bytes.length), bytes]);
}

function writeVarint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.from([...bytes, value]);
}
