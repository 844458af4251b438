export type { Fingerprint, FingerprintedFunction } from './fingerprint.js';
export type { OutlinedFunction } from './outline.js';
