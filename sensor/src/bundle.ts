// The one bundle that ships: all entry points of the package are views of it, so that they share one sensor.

export { currentFlow, onFlowEnd, onFlowError } from './flow/current-flow.js';
export { instrument } from './instrument/instrument.js';
export { flush, init, setContext, setFailure, shutdown } from './sensor.js';
