// What `import … from '@prodlens/sensor'` gives.

export { flush, init, setContext, setFailure, shutdown } from './sensor.js';
export type { SensorOptions } from './settings.js';
