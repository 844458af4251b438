export { DecodeError } from './check.js';
export * from './display.js';
export * from './exponential-histogram.js';
export * from './function-place.js';
export * from './function-stats.js';
export * from './function-totals.js';
export * from './ide-wire.js';
export * from './sensor-decoders.js';
export * from './sensor-wire.js';
