import assert from 'node:assert/strict';
import { test } from 'node:test';
import { captureGate } from './budget.js';

function gate(budget: { process: number; function: number; same: number }) {
  let nowMs = 0;
  const { admit, suppressed } = captureGate(() => nowMs, budget);
  return {
    admit,
    suppressed,
    minute: () => {
      nowMs += 60_000;
    },
  };
}

test('the same once a minute, and then how many there were meanwhile', () => {
  const { admit, minute, suppressed } = gate({ process: 10, function: 10, same: 1 });
  assert.deepEqual([admit('a', 1), admit('a', 1), admit('a', 1), admit('b', 1)], [0, null, null, 0]);
  minute();
  assert.equal(admit('a', 1), 2);
  assert.equal(suppressed(), 2);
});

test('so many of one function, so many of a process, and half of them for what is new', () => {
  const ofFunction = gate({ process: 10, function: 2, same: 1 });
  assert.deepEqual(
    ['a', 'b', 'c'].map((key) => ofFunction.admit(key, 7)),
    [0, 0, null],
  );
  assert.equal(ofFunction.admit('d', 8), 0);

  const ofProcess = gate({ process: 4, function: 9, same: 1 });
  for (const key of ['a', 'b', 'c', 'd']) ofProcess.admit(key, 0);
  assert.equal(ofProcess.admit('e', 0), null);
  ofProcess.minute();
  assert.deepEqual(
    ['a', 'b', 'c', 'f', 'g', 'h'].map((key) => ofProcess.admit(key, 0)),
    [0, 0, null, 0, 0, null],
  );
});
