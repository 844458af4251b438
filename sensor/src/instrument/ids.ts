// The ids in an instrumented text. They are written with a fixed number of digits, so that a text that was made once
// serves every process: the ids that the process has free are written over those that it was made with.

import { ID_DIGITS } from './shapes.js';

const DIGITS = '0123456789abcdef';

/**
 * The text with the ids from `firstId` on. `idOffsets` as `instrument` gives them: by turns the UTF-16 offset of an
 * id's digits, and the index of its function. Linear in the text, which is copied once.
 */
export function withFirstId(code: string, idOffsets: number[], firstId: number): string {
  const encoding = encodingOf(code);
  const bytes = Buffer.from(code, encoding);
  placeIds(bytes, encoding, idOffsets, firstId);
  return bytes.toString(encoding);
}

/** The smallest of Buffer's encodings that holds a text, unit by unit. */
export function encodingOf(text: string): 'latin1' | 'utf16le' {
  return /[^\0-\xff]/.test(text) ? 'utf16le' : 'latin1';
}

/** The same for a text that is bytes already, in place. */
export function placeIds(
  bytes: Uint8Array,
  encoding: 'latin1' | 'utf16le',
  idOffsets: ArrayLike<number>,
  firstId: number,
): void {
  const unit = encoding === 'latin1' ? 1 : 2;
  for (let i = 0; i < idOffsets.length; i += 2) {
    let id = firstId + idOffsets[i + 1]!;
    for (let k = ID_DIGITS - 1; k >= 0; k--, id >>= 4) bytes[(idOffsets[i]! + k) * unit] = DIGITS.charCodeAt(id & 15);
  }
}
