/** Version of the sensor's package; a test holds it equal to package.json. */
export const VERSION = '0.1.0';

declare const PRODLENS_BUILD: string | undefined;
/** Tells apart two builds of the sensor, whose instrumented texts differ. */
export const BUILD = typeof PRODLENS_BUILD === 'undefined' ? 'unbundled' : PRODLENS_BUILD;
