// The files of the sensor that a bundle needs beside it: those of the folder in which this package's bundle lies.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder that is put beside a bundle. */
export const SENSOR_FOLDER = 'prodlens-sensor';

export interface SensorFile {
  /** Relative to the folder of the bundle, with "/". */
  path: string;
  text: string;
}

/** Paths are relative to the folder that the bundle is written into. */
export function sensorFiles(): SensorFile[] {
  // This code ships as bundle/plugins/plugins.cjs.
  const folder = fileURLToPath(new URL('..', import.meta.url));
  const names = readdirSync(folder).filter((name) => /\.[cm]js$/.test(name));
  return names.map((name) => ({ path: `${SENSOR_FOLDER}/${name}`, text: readFileSync(join(folder, name), 'utf8') }));
}

/** `folder`: where the bundle is written; what is there is written over. */
export function writeSensorFiles(folder: string): void {
  for (const { path, text } of sensorFiles()) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}
