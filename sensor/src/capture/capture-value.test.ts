import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import type { CapturedNode, CapturedValue } from '@prodlens/protocol';
import { LIMITS, valueCapture } from './capture-value.js';

const capture = (value: unknown, limits = {}) => valueCapture({ ...LIMITS, milliseconds: 60_000, ...limits })(value);

/** Every entry of the walk; trips wires that say so. */
const trap = (): never => assert.fail('code of the program ran');

test('values of the language', () => {
  class Point {
    x = 1;
    #hidden = 2;
    get sum() {
      return trap() + this.#hidden;
    }
  }
  const cases: [unknown, CapturedValue][] = [
    [null, null],
    [true, true],
    [1.5, 1.5],
    ['text', 'text'],
    [undefined, { type: 'undefined' }],
    [Number.NaN, { type: 'number', text: 'NaN' }],
    [10n ** 20n, { type: 'bigint', text: '100000000000000000000' }],
    [Symbol('tag'), { type: 'symbol', text: 'tag' }],
    [function named() {}, { type: 'function', text: 'named' }],
    [new Date(0), { type: 'Date', text: '1970-01-01T00:00:00.000Z' }],
    [new Date(Number.NaN), { type: 'Date', text: 'Invalid Date' }],
    [/a+/gi, { type: 'RegExp', text: '/a+/gi' }],
    [Object.assign([], { 0: 1, 2: 2 }), { type: 'Array', items: [1, { type: 'undefined' }, 2] }],
    [new Map([['a', { b: 1 }]]), { type: 'Map', entries: [['a', { type: 'Object', entries: [['b', 1]] }]] }],
    [new Set(['a']), { type: 'Set', items: ['a'] }],
    [Buffer.from('text'), { type: 'Buffer', text: 'text', size: 4 }],
    [Buffer.from([0, 1, 255]), { type: 'Buffer', size: 3, cut: 'bytes' }],
    [Float64Array.of(1, 2), { type: 'Float64Array', items: [1, 2] }],
    [new ArrayBuffer(8), { type: 'ArrayBuffer', size: 8, cut: 'bytes' }],
    [Object.create(null), { type: 'null prototype', entries: [] }],
    [new Point(), { type: 'Point', entries: [['x', 1]] }],
    [Object.freeze({ a: 1 }), { type: 'Object', entries: [['a', 1]] }],
    [{ [Symbol('s')]: 1 }, { type: 'Object', entries: [[{ type: 'symbol', text: 's' }, 1]] }],
    [Object('boxed'), { type: 'String', text: 'boxed' }],
    [Object(3), { type: 'Number', text: '3' }],
    [new URL('http://a/b?c=1'), { type: 'URL', text: 'http://a/b?c=1' }],
    [new URLSearchParams('c=1'), { type: 'URLSearchParams', text: 'c=1' }],
    [Promise.resolve(1), { type: 'Promise' }],
    [new WeakMap(), { type: 'WeakMap' }],
    [Readable.from([]), { type: 'Readable' }],
    [new AbortController().signal, { type: 'AbortSignal' }],
  ];
  for (const [value, expected] of cases) assert.deepEqual(capture(value), expected);
});

test('no code of the program runs', () => {
  const tripwires = Object.fromEntries(
    Reflect.ownKeys(Reflect)
      .filter((name) => typeof name === 'string')
      .map((name) => [name, trap]),
  );
  const proxy = new Proxy({}, tripwires as ProxyHandler<object>);
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  class Sly extends Map {
    override get size() {
      return trap();
    }
    override entries = trap;
    override [Symbol.iterator] = trap;
    static override get [Symbol.species]() {
      return trap();
    }
    override get [Symbol.toStringTag]() {
      return trap();
    }
  }
  const sly = {
    get got() {
      return trap();
    },
    toJSON: trap,
    toString: trap,
    valueOf: trap,
    [Symbol.toPrimitive]: trap,
    [Symbol.for('nodejs.util.inspect.custom')]: trap,
    get [Symbol.toStringTag]() {
      return trap();
    },
  };
  const onProxy = Object.create(proxy);
  const error = new Error('x');
  Object.defineProperty(error, 'message', { get: trap });
  class NamedByGetter {
    x = 1;
    static get name() {
      return trap();
    }
  }
  const arrayWithGetter = [1];
  Object.defineProperty(arrayWithGetter, 1, { get: trap });
  const date = new Date(0);
  date.getTime = trap;
  date.toISOString = trap;
  const before = Error.prepareStackTrace;
  Error.prepareStackTrace = trap;
  let captured: CapturedNode;
  let values: unknown[];
  try {
    const withStack = {};
    Error.captureStackTrace(withStack);
    values = [
      proxy,
      revoked.proxy,
      new Sly(),
      sly,
      onProxy,
      error,
      new NamedByGetter(),
      arrayWithGetter,
      date,
      withStack,
      new Error('y'),
    ];
    captured = capture(values, { width: 100 }) as CapturedNode;
  } finally {
    Error.prepareStackTrace = before!;
  }
  assert.equal(captured.items?.length, values.length);
  assert.deepEqual(captured.items?.[0], { type: 'Proxy' });
  assert.deepEqual(captured.items?.[1], { type: 'Proxy' });
  assert.deepEqual((captured.items![3] as CapturedNode).entries?.[0], ['got', { type: 'getter' }]);
});

test('what the program has put in place of the language is not asked', () => {
  const { entries } = Map.prototype;
  const { isArray } = Array;
  Map.prototype.entries = trap;
  Array.isArray = trap as never;
  try {
    assert.deepEqual(capture([new Map([[1, 2]])]), { type: 'Array', items: [{ type: 'Map', entries: [[1, 2]] }] });
  } finally {
    Map.prototype.entries = entries;
    Array.isArray = isArray;
  }
});

test('a cycle ends where it begins', () => {
  const node: Record<string, unknown> = { name: 'a' };
  node.self = node;
  const twice = { one: 1 };
  assert.deepEqual(capture(node), {
    type: 'Object',
    entries: [
      ['name', 'a'],
      ['self', { type: 'Object', cut: 'cycle' }],
    ],
  });
  assert.deepEqual((capture([twice, twice]) as CapturedNode).items, [
    { type: 'Object', entries: [['one', 1]] },
    { type: 'Object', entries: [['one', 1]] },
  ]);
});

test('each bound says what it cut, and how much there was', () => {
  assert.deepEqual(capture('x'.repeat(30), { textLength: 10 }), {
    type: 'string',
    text: 'x'.repeat(10),
    size: 30,
    cut: 'length',
  });
  assert.deepEqual(capture(Array(9).fill(0), { width: 2 }), { type: 'Array', items: [0, 0], size: 9, cut: 'width' });
  assert.deepEqual(capture(new Set([1, 2, 3]), { width: 2 }), { type: 'Set', items: [1, 2], size: 3, cut: 'width' });
  assert.deepEqual(capture({ a: 1, b: 2 }, { width: 1 }), {
    type: 'Object',
    entries: [['a', 1]],
    size: 2,
    cut: 'width',
  });
  assert.deepEqual(capture([[[1, 2, 3]]], { depth: 2 }), {
    type: 'Array',
    items: [{ type: 'Array', items: [{ type: 'Array', cut: 'depth', size: 3 }] }],
  });
  assert.deepEqual(capture(['aaaa', 'bbbb', 'cccc'], { units: 6 }), {
    type: 'Array',
    items: ['aaaa', { type: 'string', text: 'bb', size: 4, cut: 'bytes' }],
    size: 3,
    cut: 'bytes',
  });
  const wide = Array.from({ length: 200 }, (_, i) => [i]);
  assert.equal((capture(wide, { width: 1_000, nodes: 50 }) as CapturedNode).cut, 'bytes');
  assert.equal((capture(wide, { width: 1_000, milliseconds: -1 }) as CapturedNode).cut, 'time');
});

test('what is asked for again is the same node, and takes no more room than there is', () => {
  const order = { id: 1, lines: [1, 2, 3] };
  const one = valueCapture({ ...LIMITS, milliseconds: 60_000, nodes: 12 });
  const first = one(order);
  assert.equal(one(order), first);
  assert.equal(one(order), first);
  assert.deepEqual(one(order), { type: 'Object', cut: 'bytes' });
  assert.deepEqual(one({ other: 1 }), { type: 'Object', entries: [['other', 1]] });
});

test('a part takes no more than its share of the room', () => {
  const one = valueCapture({ ...LIMITS, milliseconds: 60_000, nodes: 100 });
  const many = Array.from({ length: 50 }, (_, i) => [i]);
  const [first, last] = [one(many, 0.5), one([1, 2, 3], 1)] as CapturedNode[];
  assert.equal(first!.cut, 'bytes');
  assert.deepEqual(last!.items, [1, 2, 3]);
});

test('huge values cost no more than the bounds', () => {
  const sparse: unknown[] = [];
  sparse.length = 4_000_000_000;
  const bytes = new Uint8Array(100_000_000).fill(65);
  let deep: unknown = 1;
  for (let i = 0; i < 100_000; i++) deep = [deep];
  const many = new Map(Array.from({ length: 200_000 }, (_, i) => [i, { i }]));
  const captured = capture([sparse, bytes, deep, many, 'x'.repeat(50_000_000)]) as CapturedNode;
  const sizes = captured.items?.map((item) => (item as CapturedNode).size);
  assert.deepEqual(sizes, [4_000_000_000, 100_000_000, undefined, 200_000, 50_000_000]);
  assert.ok(JSON.stringify(captured).length < 50_000);
});

test('detached and shared memory', () => {
  const buffer = new ArrayBuffer(8);
  const view = new DataView(buffer);
  const bytes = new Uint8Array(buffer);
  structuredClone(buffer, { transfer: [buffer] });
  assert.deepEqual(capture([buffer, view, bytes, new SharedArrayBuffer(4)]), {
    type: 'Array',
    items: [
      { type: 'ArrayBuffer', size: 0, cut: 'bytes' },
      { type: 'DataView', size: 0 },
      { type: 'Uint8Array', text: '', size: 0 },
      { type: 'SharedArrayBuffer', size: 4, cut: 'bytes' },
    ],
  });
});
