import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SensorFunction } from '@prodlens/protocol';
import { endpointKey, functionKey, SlowCalls } from './slow-calls.js';

const described = (id: number, name: string, ordinal = 0): SensorFunction => {
  return { id, file: 'src/a.ts', name, ordinal, kind: 'function', line: 1, column: 1, package: null, timed: true };
};
const said = (name: string, slowNs: number) => [{ file: 'src/a.ts', name, ordinal: 0 }, slowNs] as const;

test('what the collector says reaches functions by their place, also those described later and loaded twice', () => {
  const slowMs = new Float32Array(8);
  const slowCalls = new SlowCalls(slowMs, functionKey);
  slowCalls.configured([said('f', 5e6), said('g', 20e6)]);
  slowCalls.apply([described(1, 'f'), described(2, 'f', 1)]);
  assert.deepEqual([...slowMs], [0, 5, 0, 0, 0, 0, 0, 0]);
  slowCalls.apply([described(1, 'f'), described(3, 'g'), described(4, 'f')]);
  assert.deepEqual([...slowMs], [0, 5, 0, 20, 5, 0, 0, 0]);
});

test('it stands in place of all before', () => {
  const slowMs = new Float32Array(4);
  const slowCalls = new SlowCalls(slowMs, functionKey);
  const functions = [described(1, 'f'), described(2, 'g')];
  slowCalls.configured([said('f', 5e6)]);
  slowCalls.apply(functions);
  slowCalls.configured([said('g', 7e6)]);
  slowCalls.apply(functions);
  assert.deepEqual([...slowMs], [0, 0, 7, 0]);
  slowCalls.configured([]);
  slowCalls.apply(functions);
  assert.deepEqual([...slowMs], [0, 0, 0, 0]);
});

test('endpoints are told apart by kind, method and route', () => {
  const slowMs = new Float32Array(4);
  const slowCalls = new SlowCalls(slowMs, endpointKey);
  slowCalls.configured([[{ kind: 'http', method: 'GET', route: '/orders' }, 60e6]]);
  slowCalls.apply([
    { id: 1, kind: 'http', method: 'POST', route: '/orders' },
    { id: 2, kind: 'http', method: 'GET', route: '/orders' },
    { id: 3, kind: 'job', method: 'GET', route: '/orders' },
  ]);
  assert.deepEqual([...slowMs], [0, 0, 60, 0]);
});
