// What `import … from '@prodlens/sensor'` gives.

export { flush, init, shutdown } from './sensor.js';
export type { SensorOptions } from './settings.js';
