// The one bundle that ships: all entry points of the package are views of it, so that they share one sensor.

export { instrument } from './instrument/instrument.js';
export { flush, init, shutdown } from './sensor.js';
