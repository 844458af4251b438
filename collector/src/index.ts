// The collector inside another program: what its tests, and the tests of its neighbours, start it with.

export { ERRORS, type ErrorCode, ProdlensError } from './errors.js';
export { type Collector, type CollectorOptions, startCollector } from './start-collector.js';
