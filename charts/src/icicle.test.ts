import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type IcicleNode, placed, tipOf } from './icicle.js';

const node = (name: string, totalMs: number, children: IcicleNode[] = []): IcicleNode => ({
  ...{ name, totalNs: totalMs * 1e6, detail: '', tone: 'own', children },
});
const PARALLEL = node('Promise.all', 100, [node('fetch', 102), node('read', 51)]);
const ONE_BY_ONE = node('loop', 100, [node('parse', 60), node('write', 20)]);

test('calls stay below their caller, in proportion, also where they take more than it', () => {
  const places = (data: IcicleNode) =>
    placed(data, 300).map(({ data: { name }, x0, x1 }) => [name, Math.round(x0), Math.round(x1)]);
  assert.deepEqual(places(PARALLEL), [
    ['Promise.all', 0, 300],
    ['fetch', 0, 200],
    ['read', 200, 300],
  ]);
  assert.deepEqual(places(ONE_BY_ONE), [
    ['loop', 0, 300],
    ['parse', 0, 180],
    ['write', 180, 240],
  ]);
});

test('a share above that of the caller is said with its reason, and own time only where there is some to tell', () => {
  const why = 'its calls ran at the same time, or were timed on samples';
  assert.equal(tipOf(PARALLEL, 100e6), `Promise.all\n100 ms, 100 % · ${why}`);
  assert.equal(tipOf(PARALLEL.children[0]!, 100e6), 'fetch\n102 ms, 102 %');
  assert.equal(tipOf(ONE_BY_ONE, 100e6), 'loop\n100 ms, 100 % · 20 ms its own');
});
