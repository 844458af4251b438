export type { OutlinedFunction } from './outline.js';
