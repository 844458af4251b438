// A small service as a collector knows it, without a process of it: the real sensor's frames over a real socket, so
// that a test says what the numbers are.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SensorFunction, SensorHello, SensorWindow } from '@prodlens/protocol';
import { REPOSITORY } from './program.js';

interface FakeSensor {
  socket: { terminate(): void };
}
/** Speak as a sensor does. */
export const sensors = (await import(new URL('collector/dist/testing/fake-sensor.js', REPOSITORY).href)) as {
  startSensor(url: string, hello: Partial<SensorHello>, functions: SensorFunction[]): Promise<FakeSensor>;
  report(sensor: FakeSensor, window: SensorWindow): Promise<void>;
  fakeFunction(id: number, fields: Partial<SensorFunction>): SensorFunction;
  fakeRow(id: number, durationsNs: number[], errors?: number): SensorWindow['rows'][number];
  fakeWindow(sequence: number, rows: SensorWindow['rows']): SensorWindow;
};

export const CART = `export class Cart {
  add(item: string): void {}
  price(): number { return 1; }
}
`;

const MS = 1_000_000;

/** Writes the service's source into the folder, and answers with the file's path and URI. */
export async function writeCart(folder: string): Promise<{ path: string; uri: string }> {
  const path = join(folder, 'src', 'cart.ts');
  await mkdir(join(folder, 'src'), { recursive: true });
  await writeFile(path, CART);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'order-service' }));
  return { path, uri: pathToFileURL(path).href };
}

/** Reports 1.0.0, where Cart.price took 10 ms, then 2.0.0, where it takes 60 ms. */
export async function reportCart(url: string, root: string): Promise<void> {
  const functions = [
    sensors.fakeFunction(1, { name: 'Cart.add', kind: 'method', line: 2 }),
    sensors.fakeFunction(2, { name: 'Cart.price', kind: 'method', line: 3 }),
  ];
  for (const [version, priceMs] of [
    ['1.0.0', 10],
    ['2.0.0', 60],
  ] as const) {
    const sensor = await sensors.startSensor(url, { version, instance: version, root }, functions);
    const rows = [sensors.fakeRow(1, Array(60).fill(MS)), sensors.fakeRow(2, Array(60).fill(priceMs * MS))];
    await sensors.report(sensor, sensors.fakeWindow(1, rows));
    sensor.socket.terminate();
  }
}
