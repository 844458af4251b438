// The fleet that a bench of the collector pretends to be: services, their functions, and the windows that their
// instances send. The same seed gives the same fleet, so two runs are asked to take in the same numbers.

import { pack } from 'msgpackr';
import { FACTS, PROCESS } from '../../collector/dist/testing/fake-sensor.js';

/** 40 services of 4,000 functions; five instances each report 3,000 of them: 60,000 rows a second. */
export const FLEET = {
  services: 40,
  instances: 5,
  files: 400,
  functionsOfFile: 10,
  rows: 3_000,
  edges: 200,
  windowMs: 10_000,
};

/** Of fixed length in MessagePack, so that a packed window can be numbered in place. */
const FIRST_SEQUENCE = 100_000;

/** Of one service. */
export const functionsOf = (fleet) => fleet.files * fleet.functionsOfFile;
/** `index` from 0. */
export const serviceName = (index) => `service-${String(index).padStart(2, '0')}`;
/** `index` from 0; twenty files a folder. */
export const fileName = (index) => `src/module-${Math.floor(index / 20)}/file-${index}.ts`;

/** A generator of numbers from 0 to 1. */
export function randomNumbers(seed) {
  let state = seed * 7_919 + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** What a sensor of the fleet says first. */
export function hello(service, instance, version = '1.0.0') {
  return {
    type: 'hello',
    protocol: 1,
    sensorVersion: '0.1.0',
    service: serviceName(service),
    environment: 'production',
    version,
    revision: 'abc',
    instance: `bench-${process.pid}-${service}-${instance}`,
    packageName: serviceName(service),
    root: `/srv/${serviceName(service)}`,
    runtime: `node ${process.versions.node}`,
    host: `host-${instance}`,
    pid: 1,
  };
}

/** What a sensor of the service names: function ids from 1 on. */
export function functions(fleet) {
  return Array.from({ length: functionsOf(fleet) }, (_, i) => ({
    id: i + 1,
    file: fileName(Math.floor(i / fleet.functionsOfFile)),
    name: `Module${i % 97}.operation${i}`,
    ordinal: 0,
    kind: 'function',
    line: 1 + 12 * (i % fleet.functionsOfFile),
    column: 1,
    package: null,
    timed: true,
  }));
}

/**
 * What one function did in ten seconds: 5 to 25 neighbouring buckets of a base-2 histogram around a median that is the
 * function's own, so that the windows of its instances overlap as those of one function do.
 */
export function functionRow(id, random) {
  const own = randomNumbers(id);
  const first = 80 + Math.floor(own() * 100);
  const width = 5 + Math.floor(own() * 20);
  const busy = 10 ** (own() * 2.5);
  const buckets = [];
  let calls = 0;
  let sumNs = 0;
  let maxNs = 0;
  for (let at = 0; at < width; at++) {
    const share = Math.sin((Math.PI * (at + 0.5)) / width) ** 2;
    const count = Math.floor(busy * share * (0.5 + random()));
    if (count === 0) continue;
    buckets.push(first + at, count);
    calls += count;
    maxNs = Math.floor(2 ** ((first + at + random()) / 8));
    sumNs += Math.floor(count * 2 ** ((first + at + 0.5) / 8));
  }
  return {
    id,
    calls: Math.max(1, calls),
    errors: random() < 0.05 ? 1 : 0,
    sumNs,
    maxNs,
    buckets,
    selfNs: Math.floor(sumNs * random()),
    cpuNs: Math.floor(sumNs * random() * 0.3),
  };
}

/** { frame, next(): numbers the frame as the next window and returns its sequence } */
export function windowFrame(fleet, seed) {
  const random = randomNumbers(seed);
  const total = functionsOf(fleet);
  const first = Math.floor(random() * total);
  const ids = Array.from({ length: fleet.rows }, (_, i) => 1 + ((first + i) % total)).sort((a, b) => a - b);
  const anyId = () => ids[Math.floor(random() * ids.length)];
  const window = {
    type: 'window',
    sequence: FIRST_SEQUENCE,
    ageMs: 0,
    durationMs: fleet.windowMs,
    rows: ids.map((id) => functionRow(id, random)),
    edges: Array.from({ length: fleet.edges }, () => ({ caller: anyId(), callee: anyId(), calls: 5, sumNs: 5e6 })),
    facts: { ...FACTS, functions: 4_000, modules: 400 },
    process: PROCESS,
  };
  const frame = pack(window);
  const marker = Buffer.alloc(5);
  marker[0] = 0xce;
  marker.writeUInt32BE(FIRST_SEQUENCE, 1);
  const at = frame.indexOf(marker) + 1;
  let sequence = FIRST_SEQUENCE;
  return {
    frame,
    next() {
      frame.writeUInt32BE(++sequence, at);
      return sequence;
    },
  };
}
