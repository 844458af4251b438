import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { flushMinutes } from './flush-minutes.js';

const HOUR_MS = 3_600_000;

test('what cannot be brought to the tables is told once for each reason, and tried again until it can', async (t) => {
  mock.timers.enable({ apis: ['setInterval', 'Date'], now: HOUR_MS });
  t.after(() => mock.timers.reset());
  const outcomes = ['locked', 'locked', 'full', null, null, 'full'];
  let tries = 0;
  const flush = async () => {
    const reason = outcomes[tries++];
    if (reason) throw new Error(reason);
  };
  const told: string[] = [];
  t.after(flushMinutes({ flush } as never, (reason) => told.push(reason.message)));
  const pass = async (ms: number) => {
    mock.timers.tick(ms);
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };

  await pass(59_000);
  assert.equal(tries, 0);
  for (let second = 0; second < 10; second++) await pass(1_000);
  assert.deepEqual([tries, told], [4, ['locked', 'full']]);
  await pass(60_000);
  assert.equal(tries, 5);
  await pass(60_000);
  assert.deepEqual([tries, told], [6, ['locked', 'full', 'full']]);
});
