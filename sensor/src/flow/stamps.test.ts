// Values at objects that others see nothing of.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createStamps } from './stamps.js';

test('each object has its own value, each kind of stamp its own, and the object shows none', () => {
  const stamps = createStamps<number>();
  const others = createStamps<string>();
  const [one, two] = [Object.freeze({ a: 1 }), { a: 1 }];
  stamps.set(one, 1);
  stamps.set(two, 2);
  stamps.set(two, 3);
  others.set(two, 'x');
  assert.deepEqual([stamps.get(one), stamps.get(two), others.get(one), others.get(two)], [1, 3, undefined, 'x']);
  assert.deepEqual([stamps.get(undefined), stamps.get(null), stamps.get('x')], [undefined, undefined, undefined]);
  assert.deepEqual([Reflect.ownKeys(one), Reflect.ownKeys(two)], [['a'], ['a']]);
});

test('a proxy is not asked', () => {
  const stamps = createStamps<number>();
  const trap = () => {
    throw new Error('asked');
  };
  const traps = {
    get: trap,
    set: trap,
    has: trap,
    defineProperty: trap,
    getOwnPropertyDescriptor: trap,
    ownKeys: trap,
  };
  const target = {};
  const proxy = new Proxy(target, traps);
  assert.equal(stamps.get(proxy), undefined);
  stamps.set(proxy, 1);
  assert.deepEqual([stamps.get(proxy), stamps.get(target)], [1, undefined]);
});
