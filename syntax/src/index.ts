// Functions of a source text: where they are, what they are called, what their text is like.

export type { Fingerprint, FingerprintedFunction } from './fingerprint.js';
export type { OutlinedFunction } from './outline.js';
