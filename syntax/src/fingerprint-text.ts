// A fingerprint as text, as it travels from a sensor to an editor: whoever is between the two need not understand it.
// Little-endian: tokens (u32), arity (u8), hx and hn (high and low u32 each), then the smallest shingles (u32 each).

import { type Fingerprint, SKETCH_SIZE } from './fingerprint.js';

const HEAD_BYTES = 21;

/** At most 201 characters: base64 with a version in front. */
export function packFingerprint({ tokenCount, arity, hx, hn, shingles, complete }: Fingerprint): string {
  const sketch = shingles.subarray(0, SKETCH_SIZE);
  const bytes = new Uint8Array(HEAD_BYTES + 4 * sketch.length);
  const view = new DataView(bytes.buffer);
  const isWhole = complete && sketch.length === shingles.length;
  view.setUint32(0, tokenCount * 2 + (isWhole ? 1 : 0), true);
  view.setUint8(4, Math.min(arity, 255));
  for (const [i, hash] of [hx, hn].entries()) {
    view.setUint32(5 + 8 * i, Math.floor(hash / 2 ** 32), true);
    view.setUint32(9 + 8 * i, hash % 2 ** 32, true);
  }
  for (const [i, value] of sketch.entries()) view.setUint32(HEAD_BYTES + 4 * i, value, true);
  return `1${btoa(String.fromCharCode(...bytes))}`;
}

/** null for what is none, or one of another version. */
export function unpackFingerprint(text: string): Fingerprint | null {
  if (!/^1[A-Za-z0-9+/]+=*$/.test(text)) return null;
  let decoded: string;
  try {
    decoded = atob(text.slice(1));
  } catch {
    return null;
  }
  if (decoded.length < HEAD_BYTES || (decoded.length - HEAD_BYTES) % 4 !== 0) return null;
  const view = new DataView(Uint8Array.from(decoded, (character) => character.charCodeAt(0)).buffer);
  const hash = (at: number) => view.getUint32(at, true) * 2 ** 32 + view.getUint32(at + 4, true);
  const size = (decoded.length - HEAD_BYTES) / 4;
  const first = view.getUint32(0, true);
  return {
    tokenCount: first >>> 1,
    arity: view.getUint8(4),
    hx: hash(5),
    hn: hash(13),
    shingles: Uint32Array.from({ length: size }, (_, i) => view.getUint32(HEAD_BYTES + 4 * i, true)),
    complete: first % 2 === 1,
  };
}
