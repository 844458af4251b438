import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createNumbering } from './numbering.js';

const COUNT = 5_000;

const numberings: Record<string, (i: number) => number> = {
  'from one on': (i) => i + 1,
  'from the last to the first': (i) => COUNT - i,
  'with gaps': (i) => 3 * i,
  'far apart': (i) => i * 2 ** 33 + 7,
  'some near, some far': (i) => (i % 2 === 0 ? i : 2 ** 31 + i),
};

for (const [name, numberOf] of Object.entries(numberings)) {
  test(`each number has the position at which it was added: ${name}`, () => {
    const numbers = createNumbering();
    for (let i = 0; i < COUNT; i++) assert.equal(numbers.add(numberOf(i)), i);
    for (let i = 0; i < COUNT; i++) assert.equal(numbers.positionOf(numberOf(i)), i);
    for (let i = 0; i < COUNT; i++) assert.equal(numbers.add(numberOf(i)), i, 'what is known keeps its position');
    assert.equal(numbers.size, COUNT);
    for (const other of [-1, 0.5, COUNT * 2 ** 34]) assert.equal(numbers.positionOf(other), -1);
  });
}

test('200 times 4,000 numbers that count from one on take a few bytes each, and numbers far apart no array', () => {
  const buffers = () => process.memoryUsage().arrayBuffers;
  const before = buffers();
  const sessions = Array.from({ length: 200 }, () => {
    const numbers = createNumbering();
    for (let id = 1; id <= 4_000; id++) numbers.add(id);
    return numbers;
  });
  const far = createNumbering();
  for (let i = 1; i <= 100; i++) far.add(i * 1_000_000);
  assert.ok(buffers() - before < 12 * 4_000 * sessions.length, `${buffers() - before} bytes`);
});
